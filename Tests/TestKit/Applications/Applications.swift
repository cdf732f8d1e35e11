import RESP
package import Rehearsal

/// An application of each kind at the primary of a private world.
package struct Applications: Sendable {
    static let queue = "planrun-application:queue"

    private let all: [Application]
    private let lab: Lab

    /// Runs `body` while they are at work. Afterwards each has to be served by whoever is the primary then.
    /// - Throws: `WaitedInVain` with the kind of one that is not.
    package static func run<Result: Sendable>(
        _ lab: Lab, body: @Sendable () async throws -> Result
    ) async throws -> Result {
        let applications = Applications(
            all: Application.Kind.allCases.enumerated().map { Application($1, number: $0, lab) }, lab: lab)
        return try await withThrowingTaskGroup(of: Void.self) { group in
            for application in applications.all { group.addTask { await application.run() } }
            defer { group.cancelAll() }
            try await applications.expectService("before the run")
            let result = try await body()
            try await applications.expectService("after the run")
            return result
        }
    }

    private func expectService(_ moment: String) async throws {
        var before: [Int] = []
        for application in all { before.append(await application.served) }
        for application in all where moment == "after the run" { await application.wake() }
        for (application, count) in zip(all, before) {
            try await eventually(
                "an application that \(application.kind.rawValue) is served \(moment)", within: .seconds(10)
            ) {
                if application.kind == .isBlocked { try await feed() }
                return await application.served > count
            }
        }
    }

    private func feed() async throws {
        let session = try await lab.primarySession()
        _ = try? await session.send(["RPUSH", Self.queue, "work"])
        await session.close()
    }
}
