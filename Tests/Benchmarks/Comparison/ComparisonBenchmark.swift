import ArgumentParser
import Comparison
import FoundationEssentials
import RESP
import RedisNIO
import RedisTopology
import Rehearsal
import TestKit

/// What a full comparison of two servers costs, in seconds of the processor of the client and both servers together,
/// against reading everything once from both.
struct ComparisonBenchmark: AsyncParsableCommand {
    static let name = "compare"
    static let summary = "compare two servers fully, against SCAN and DUMP of everything on both"

    static let configuration = CommandConfiguration(
        commandName: name,
        abstract: "Compare two servers fully, both ways, with values and expiry.",
        discussion: """
            70 % strings of 100 bytes, 10 % hashes of 20 fields, 10 % sorted sets of 20, 5 % lists of 50, 5 % sets of 20; \
            every tenth key expires. The floor is one connection to each server that pipelines SCAN and DUMP. What is \
            compared are CPU seconds of this process and both servers together, which repeat on a busy machine.
            """)

    @Option(parsing: .singleValue, help: "How many keys; repeatable.")
    var keys: [Int] = []

    @Option(help: "How often each is measured; the middle one counts.")
    var runs = 3

    @Flag(name: .long, help: "Print JSON.")
    var json = false

    func run() async throws {
        var results: [Report.Result] = []
        for count in keys.isEmpty ? [100_000, 1_000_000] : keys {
            results += try await ComparedServers.run { servers in
                try await servers.fill(count)
                return try await measure(servers, count)
            }
        }
        let report = Report(benchmark: Self.name, results: results)
        print(json ? report.json : report.text)
    }

    private func measure(_ servers: ComparedServers, _ count: Int) async throws -> [Report.Result] {
        var (floors, full): ([Cost], [Cost]) = ([], [])
        var (quiet, loaded): ([Duration], [Duration]) = ([], [])
        for _ in 0..<runs {
            floors.append(try await servers.cost { try await servers.dumpAll() })
            quiet.append(try await servers.latency { try await Task.sleep(for: .seconds(2)) })
            full.append(try await servers.cost { try await servers.compareAll() })
            loaded.append(try await servers.latency { try await servers.compareAll() })
        }
        let (floor, comparison) = (floors.middle(by: \.processor), full.middle(by: \.processor))
        let memory = full.map(\.memory).max() ?? 0
        return [
            Report.Result(
                "full comparison of \(count) keys, at most \(memory >> 20) MiB of memory, CPU of client and servers",
                comparison.processor, against: "SCAN and DUMP of both servers", floor.processor),
            Report.Result(
                "the client's part", comparison.client, against: "of the same floor", floor.client),
            Report.Result(
                "wall time, \(Int(Double(count) / comparison.wall.inSeconds)) keys/s", comparison.wall,
                against: "of the same floor, one server after the other", floor.wall),
            Report.Result(
                "99 % of GETs at the source while it is compared", loaded.middle(by: \.self),
                against: "without", quiet.middle(by: \.self)),
        ]
    }
}

/// What a piece of work took.
struct Cost {
    var wall: Duration
    /// Of this process.
    var client: Duration
    /// Of this process and both servers.
    var processor: Duration
    /// The most that this process had in memory, in bytes.
    var memory: Int
}

extension Array {
    func middle(by value: (Element) -> Duration) -> Element { sorted { value($0) < value($1) }[count / 2] }
}

extension Duration {
    var inSeconds: Double { self / .seconds(1) }
}
