import Rehearsal
import Synchronization

/// What a test expects of its world in the end, which has to hold, too, after each server was started again from its own
/// configuration file.
package final class AfterRestart: Sendable {
    @TaskLocal private static var current: AfterRestart?

    /// Called right before the servers are killed. What it returns is called when they run again.
    private let expectation = Mutex<(@Sendable () async throws -> Expectation)?>(nil)

    package typealias Expectation = @Sendable () async throws -> Void

    /// The last expectation of a test is the one that counts.
    /// - Parameter before: reads the world right before the servers are killed, and says what has to hold afterwards.
    package static func expect(_ before: @escaping @Sendable () async throws -> Expectation) {
        current?.expectation.withLock { $0 = before }
    }

    /// Runs a test, then kills all servers that hold data, as a loss of power does, starts them again, and asks once more.
    static func checked<Result: Sendable>(
        _ lab: Lab, _ body: @Sendable (Lab) async throws -> Result
    ) async throws -> Result {
        let checking = AfterRestart()
        let result = try await $current.withValue(checking) { try await body(lab) }
        guard let expectation = try await checking.expectation.withLock({ $0 })?() else { return result }
        var running: [ServerProcess] = []
        for server in lab.instances where await server.isRunning { running.append(server) }
        for server in running { await server.kill() }
        for server in running { try await server.start() }
        try await expectation()
        return result
    }
}
