import PlanModel
import RESP
package import Rehearsal
import Synchronization
package import Values

/// Gates in front of source, target and Sentinels of one private world.
package final class Gates: Sendable {
    private let look = Mutex<Gate.Look?>(nil)
    private let addresses = Mutex<[Endpoint]>([])

    /// Shows every command to this closure from now on, whoever sends it; `nil` lets every command pass.
    package func watch(_ look: Gate.Look?) { self.look.withLock { $0 = look } }

    /// The addresses by which a plan finds the Sentinels.
    package var sentinels: [Endpoint] { addresses.withLock { $0 } }

    fileprivate func found(_ sentinels: [Endpoint]) { addresses.withLock { $0 = sentinels } }

    fileprivate var passing: Gate.Look {
        { sighting in
            guard let look = self.look.withLock({ $0 }) else { return .pass }
            return await look(sighting)
        }
    }
}

/// Runs a test in a private world in which every command to source, target and Sentinels can be seen and held back.
///
/// Everybody knows source and target by the addresses of their gates: Sentinels, writers, plans and each other.
/// - Parameter target: `.dragonfly` is the stand-in, with a gate in front of it.
package func withGatedLab<Result: Sendable>(
    _ description: LabDescription = LabDescription(), target engine: Engine = .redis, keep: Bool = false,
    _ body: @Sendable (Lab, Gates) async throws -> Result
) async throws -> Result {
    await waitForPromptTasks()
    let gates = Gates()
    let standIn = engine == .dragonfly ? try await DragonflyStandIn.listen(.bare) : nil
    let source = try await Gate.listen("source", look: gates.passing)
    let target = try await Gate.listen("target", look: gates.passing)
    var sentinels: [Gate] = []
    for number in 0..<(description.sentinels?.count ?? 0) {
        sentinels.append(try await Gate.listen("sentinel-\(number + 1)", look: gates.passing))
    }
    gates.found(sentinels.map(\.address))
    var description = description
    description.source.extraLines += source.announcement
    description.target.extraLines += target.announcement
    let all = [source, target] + sentinels
    let outcome: Swift.Result<Result, any Error>
    do {
        outcome = .success(
            try await withPlainLab(description, keep: keep) { lab in
                try await withThrowingTaskGroup(of: Void.self) { group in
                    let servers = [lab.source.address, standIn?.address ?? lab.target.address]
                    for (gate, server) in zip(all, servers + lab.sentinels.map(\.address)) {
                        group.addTask { await gate.serve(inFrontOf: server) }
                    }
                    if let standIn {
                        group.addTask { await standIn.serve(inFrontOf: lab.settings(for: lab.target)) }
                    }
                    defer { group.cancelAll() }
                    let fronted = lab.fronted(lab.source, by: source, .redis).fronted(lab.target, by: target, engine)
                    try await fronted.followAnew()
                    try await fronted.monitorAnew()
                    return try await AfterRestart.checked(fronted) { try await body($0, gates) }
                }
            })
    } catch {
        outcome = .failure(error)
    }
    for gate in all { await gate.close() }
    guard let standIn else { return try outcome.get() }
    return try await standIn.close(after: outcome)
}

extension Gate {
    /// The settings with which a replica announces the address of its gate as its own.
    fileprivate var announcement: [String] {
        ["replica-announce-ip \(address.host)", "replica-announce-port \(address.port)"]
    }
}

extension Lab {
    fileprivate func fronted(_ server: ServerProcess, by gate: Gate, _ engine: Engine) -> Lab {
        fronted(server, by: Front(address: gate.address, engine: engine))
    }

    /// Makes the replicas follow the source under the address that it has now.
    fileprivate func followAnew() async throws {
        let address = address(of: source)
        for replica in replicas {
            try await send(Command(["REPLICAOF", address.host, String(address.port)]), to: replica)
        }
        try await waitForReplicas()
    }

    /// Makes the Sentinels watch the source again, under the address that it has now.
    fileprivate func monitorAnew() async throws {
        guard let wanted = description.sentinels else { return }
        let address = address(of: source)
        for sentinel in sentinels {
            try await send(Command(["SENTINEL", "REMOVE", wanted.primary]), to: sentinel)
            try await send(
                Command(
                    [
                        "SENTINEL", "MONITOR", wanted.primary, address.host, String(address.port),
                        String(wanted.quorum),
                    ]), to: sentinel)
            let login = watcherLogin
            for (name, value) in [("auth-user", login.username), ("auth-pass", login.password?.reveal())] {
                guard let value else { continue }
                try await send(Command(["SENTINEL", "SET", wanted.primary, name, value]), to: sentinel)
            }
            for (name, time) in [
                ("down-after-milliseconds", wanted.downAfter), ("failover-timeout", wanted.failoverTimeout),
            ] {
                let milliseconds = Int(time / .milliseconds(1))
                try await send(
                    Command(["SENTINEL", "SET", wanted.primary, name, String(milliseconds)]), to: sentinel)
            }
        }
        try await waitForSentinels()
    }
}
