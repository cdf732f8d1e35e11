import Diagnostics
import Execution
import Operations
import PlanModel
import RESP
import RedisNIO
import Rehearsal
import Values

/// All checks of a preflight, against the time that its round trips would take one after the other.
///
/// '16 instances' are 16 source-target pairs, each with a Sentinel of its own, checked as 16 plans at the same time.
struct PreflightBenchmark: Benchmark {
    static let name = "preflight"
    static let summary =
        "all preflight checks, against their round trips one after the other: 1 and 16 pairs, 1,000 clients, 50 ms away"

    private static let keys = 100_000

    func measure() async throws -> [Report.Result] {
        var results: [Report.Result] = []
        results += try await World.run(pairs: 1) { try await Self.results("1 pair", $0) }
        results += try await World.run(pairs: 16) { try await Self.results("16 pairs side by side", $0) }
        results += try await World.run(pairs: 1) { worlds in
            let clients = try Clients(1_000, of: worlds[0].lab.source.address)
            let results = try await Self.results("1 pair, 1,000 clients", worlds)
            clients.close()
            return results
        }
        results += try await World.run(pairs: 1, roundTrip: .milliseconds(50), keys: Self.keys) { worlds in
            let title = "1 pair, 50 ms away, \(Self.keys) keys"
            let results = try await Self.results(title, worlds)
            let took = Duration.seconds(results[0].measured)
            return results + [Report.Result(title, took, against: "the 3 s it may take", .seconds(3))]
        }
        return results
    }

    /// Measures five times and reports the median.
    private static func results(_ title: String, _ worlds: [World]) async throws -> [Report.Result] {
        var runs: [Preflight] = []
        for _ in 0..<5 {
            let connectors = worlds.map { _ in CountingConnector() }
            let start = ContinuousClock.now
            let missed = try await withThrowingTaskGroup(of: Int.self) { group in
                for (world, connector) in zip(worlds, connectors) {
                    group.addTask { try await world.check(connector) }
                }
                return try await group.reduce(0, +)
            }
            let took = start.duration(to: .now)
            runs.append(
                Preflight(took: took, roundTrips: connectors.reduce(0) { $0 + $1.roundTrips }, missed: missed))
        }
        let run = runs.sorted { $0.took < $1.took }[2]
        let ping = try await worlds[0].ping()
        return [
            Report.Result(
                "\(title), \(run.missed) of \(worlds.reduce(0) { $0 + $1.checks.count }) checks missed", run.took,
                against: "\(run.roundTrips) round trips one by one", ping * run.roundTrips)
        ]
    }

    private struct Preflight {
        var took: Duration
        var roundTrips: Int
        var missed: Int
    }
}

/// One pair with a Sentinel, and the plan for it.
private struct World: Sendable {
    let lab: Lab
    let plan: Plan

    var checks: [any Check.Type] { PreflightCatalogue.checks.filter { $0.applies(to: plan) } }

    /// Runs the checks as a run does: all at once.
    /// - Returns: how many checks missed.
    func check(_ connector: CountingConnector) async throws -> Int {
        let servers = try Servers(plan: plan, connector: connector, environment: [:]) {
            await connector.addresses(of: $0)
        }
        let missed = try await run(checks, servers)
        await servers.close()
        return missed
    }

    private func run(_ checks: [any Check.Type], _ servers: Servers) async throws -> Int {
        try await withThrowingTaskGroup(of: Bool.self) { group in
            for check in checks {
                group.addTask {
                    try await check.init().run(servers, limits: CheckLimits(check.declaration, plan: nil)).passes
                }
            }
            return try await group.reduce(0) { $0 + ($1 ? 0 : 1) }
        }
    }

    /// The time of one round trip: the median of 101.
    func ping() async throws -> Duration {
        let session = RedisConnector().session(lab.settings(for: lab.source))
        var times: [Duration] = []
        for _ in 0..<101 {
            let start = ContinuousClock.now
            _ = try await session.send(["PING"])
            times.append(start.duration(to: .now))
        }
        await session.close()
        return times.sorted()[50]
    }

    // MARK: Starting

    /// - Parameter roundTrip: the network delay to all servers, for planrun and between the servers.
    static func run<Value: Sendable>(
        pairs: Int, roundTrip: Duration? = nil, keys: Int = 0, _ body: @Sendable ([World]) async throws -> Value
    ) async throws -> Value {
        try await run(pairs, roundTrip, keys, [], body)
    }

    private static func run<Value: Sendable>(
        _ missing: Int, _ roundTrip: Duration?, _ keys: Int, _ worlds: [World],
        _ body: @Sendable ([World]) async throws -> Value
    ) async throws -> Value {
        guard missing > 0 else { return try await body(worlds) }
        return try await Lab.run(LabDescription(), connector: RedisConnector()) { lab in
            if keys > 0 {
                let session = lab.session(lab.source)
                try await DataSet(keys: keys).fill(session)
                await session.close()
            }
            guard let roundTrip else {
                return try await run(missing - 1, nil, keys, worlds + [World(lab: lab, plan: plan(lab))], body)
            }
            let proxies = try await [lab.source, lab.target, lab.sentinels[0]].proxies(roundTrip)
            let far = try await lab.away(behind: proxies)
            var plan = plan(far)
            plan.sentinel?.endpoints = [Endpoint(host: "127.0.0.1", port: proxies[2].address.port)]
            let value = try await run(missing - 1, roundTrip, keys, worlds + [World(lab: far, plan: plan)], body)
            for proxy in proxies { await proxy.close() }
            return value
        }
    }

    /// The published recipe, with all standard checks.
    private static func plan(_ lab: Lab) -> Plan {
        let text = """
            version: 1
            name: benchmark
            source: { address: "127.0.0.1:1", engine: redis }
            target: { address: "127.0.0.1:2", engine: redis }
            sentinel: { primary: primary, addresses: ["127.0.0.1:3"] }
            steps:
              - preflight: {}
              - replicaof: {}
              - wait-for-sync: {}
              - failover: {}
            """
        let reading = Plan.read(SourceFile(path: "benchmark.yaml", text: text), checks: PreflightCatalogue.declarations)
        guard let plan = reading.plan else { preconditionFailure("the plan of this benchmark is none") }
        return lab.plan(from: plan)
    }
}

extension [ServerProcess] {
    fileprivate func proxies(_ roundTrip: Duration) async throws -> [DelayingProxy] {
        var proxies: [DelayingProxy] = []
        for server in self {
            proxies.append(try await DelayingProxy.listen(inFrontOf: server.address, roundTrip: roundTrip))
        }
        return proxies
    }
}

extension Lab {
    /// Puts the servers behind proxies, by whose addresses everybody then knows source and target.
    fileprivate func away(behind proxies: [DelayingProxy]) async throws -> Lab {
        let (source, target) = (proxies[0].address, proxies[1].address)
        for (name, value) in [("ip", target.host), ("port", String(target.port))] {
            try await send(Command(["CONFIG", "SET", "replica-announce-\(name)", value]), to: self.target)
        }
        for command: Command in [
            ["SENTINEL", "REMOVE", "primary"],
            ["SENTINEL", "MONITOR", "primary", source.host, String(source.port), "1"],
            ["SENTINEL", "SET", "primary", "failover-timeout", "20000"],
        ] { try await send(command, to: sentinels[0]) }
        let far = fronted(self.source, by: Front(address: source, engine: .redis))
            .fronted(self.target, by: Front(address: target, engine: .redis))
        while try await send(["SENTINEL", "CKQUORUM", "primary"], to: sentinels[0]).string?.hasPrefix("OK") != true {}
        return far
    }
}
