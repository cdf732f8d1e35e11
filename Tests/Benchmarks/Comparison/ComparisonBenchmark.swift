import ArgumentParser
import Values

/// What a full comparison of two servers costs, in seconds of the processor of the client and both servers together:
/// against reading everything once from both, and against a plain script.
struct ComparisonBenchmark: AsyncParsableCommand {
    static let name = "compare"
    static let summary = "compare two servers fully, against SCAN and DUMP of everything on both, and a plain script"

    static let configuration = CommandConfiguration(
        commandName: name,
        abstract: "Compare two servers fully, both ways, with values and expiry.",
        discussion: """
            70 % strings of 100 bytes, 10 % hashes of 20 fields, 10 % sorted sets of 20, 5 % lists of 50, 5 % sets of 20; \
            every tenth key expires. The floor is one connection to each server that pipelines SCAN and DUMP. What is \
            compared are CPU seconds of this process and both servers together, which repeat on a busy machine. The \
            plain script needs the Python packages redis and hiredis.
            """)

    @Option(parsing: .singleValue, help: "How many keys; repeatable.")
    var keys: [Int] = []

    @Option(help: "How often each is measured; the middle one counts.")
    var runs = 3

    @Option(help: "The port of a source on this machine, in place of new servers; needs --target.")
    var source: Int?

    @Option(help: "The port of a target on this machine; needs --source.")
    var target: Int?

    @Flag(name: .long, help: "Print JSON.")
    var json = false

    func run() async throws {
        let measured = try await measurements()
        var results = measured.flatMap(\.results)
        if let first = measured.first, let last = measured.last, measured.count > 1 {
            results += first.growth(to: last)
        }
        let report = Report(benchmark: Self.name, results: results)
        print(json ? report.json : report.text)
        if PlainScript.find() == nil {
            Progress.note("no plain script: python3 with the packages redis and hiredis was not found")
        }
    }

    private func measurements() async throws -> [Measurement] {
        if let source, let target {
            let servers = try await ComparedServers(
                source: Endpoint(host: "127.0.0.1", port: source), target: Endpoint(host: "127.0.0.1", port: target))
            return [try await Measurement(of: servers, runs: runs)]
        }
        var measured: [Measurement] = []
        for count in keys.isEmpty ? [100_000, 1_000_000] : keys {
            measured.append(
                try await ComparedServers.run(keys: count) { try await Measurement(of: $0, runs: runs) })
        }
        return measured
    }
}

/// What was measured at one pair of servers.
private struct Measurement: Sendable {
    private var count = 0
    private var (floors, comparisons, scripts): ([Cost], [Cost], [Cost]) = ([], [], [])
    private var (quiet, loaded, courteous): ([Latency], [Latency], [Latency]) = ([], [], [])
    /// What the source works, and how long it takes, while planrun goes at its own pace.
    private var shares: [Cost] = []

    private typealias Latency = ComparedServers.Latency
    /// How long planrun compares at its own pace.
    private static let time = Duration.seconds(20)

    init(of servers: ComparedServers, runs: Int) async throws {
        let script = PlainScript.find()
        for _ in 0..<runs {
            floors.append(try await Cost.of(servers.processes) { try await servers.dumpAll() })
            quiet.append(try await servers.latency { try await Task.sleep(for: .seconds(2)) })
            var counted = 0
            comparisons.append(try await Cost.of(servers.processes) { counted = try await servers.compareAll() })
            count = counted
            loaded.append(try await servers.latency { _ = try await servers.compareAll() })
            let (latency, share) = try await servers.courtesy(for: Self.time)
            courteous.append(latency)
            shares.append(share)
            guard let script else { continue }
            var own = Duration.zero
            var cost = try await Cost.of(servers.processes) { own = try script.run(servers).processor }
            cost.client = own
            scripts.append(cost)
        }
    }

    private var comparison: Cost { comparisons.middle(by: \.processor) }
    private var rate: Int { Int(Double(count) / comparison.wall.inSeconds) }

    var results: [Report.Result] {
        let (floor, memory) = (floors.middle(by: \.processor), comparisons.map(\.memory).max() ?? 0)
        let share = shares.middle(by: \.servers[0])
        let what = "full comparison of \(count) keys, at most \(memory >> 20) MiB of memory, CPU of client and servers"
        var results = [
            Report.Result(what, comparison.processor, against: "SCAN and DUMP of both servers", floor.processor),
            Report.Result("the client's part", comparison.client, against: "of the same floor", floor.client),
            Report.Result("the source's part", comparison.servers[0], against: "of the same floor", floor.servers[0]),
            Report.Result("the target's part", comparison.servers[1], against: "of the same floor", floor.servers[1]),
            Report.Result(
                "wall time, \(rate) keys/s", comparison.wall, against: "of the same floor, one server after the other",
                floor.wall),
            Report.Result(
                "99 % of GETs at the source while it is compared as fast as can be", loaded.middle(by: \.high).high,
                against: "without", quiet.middle(by: \.high).high),
            Report.Result(
                "99 % of GETs while 'planrun compare' goes at its own pace", courteous.middle(by: \.high).high,
                against: "without", quiet.middle(by: \.high).high),
            Report.Result(
                "the source's CPU meanwhile", share.servers[0],
                against: "wall time: how often a GET meets a busy server",
                share.wall),
            Report.Result(
                "the mean of these GETs", courteous.middle(by: \.mean).mean,
                against: "without", quiet.middle(by: \.mean).mean),
        ]
        if !scripts.isEmpty {
            let script = scripts.middle(by: \.processor)
            results.append(
                Report.Result(
                    what, comparison.processor, against: "a script with redis-py and hiredis", script.processor))
        }
        return results
    }

    /// The cost of one key against that of one key where there are fewer: 1 where the cost grows as the keys do.
    func growth(to larger: Measurement) -> [Report.Result] {
        [
            Report.Result(
                "CPU of client and servers for 1000 of \(larger.count) keys",
                larger.comparison.processor * 1_000 / larger.count, against: "for 1000 of \(count) keys",
                comparison.processor * 1_000 / count)
        ]
    }
}

extension Array {
    func middle(by value: (Element) -> Duration) -> Element { sorted { value($0) < value($1) }[count / 2] }
}

extension Duration {
    var inSeconds: Double { self / .seconds(1) }
}
