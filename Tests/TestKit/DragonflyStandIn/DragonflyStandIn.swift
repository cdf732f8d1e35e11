import NIOCore
import NIOPosix
import RESP
import Rehearsal
package import Values

/// A proxy in front of a real Redis that answers only with recorded answers of a real Dragonfly.
///
/// Roles, offsets and data are those of the Redis, so that Sentinels and sources see real replication. A question that
/// is not in the record gets an error, and fails the test in which it was asked.
package struct DragonflyStandIn: Sendable {
    package let address: Endpoint
    private let setup: Situation.Setup
    private let listener: any Channel
    private let clients: StandInClients
    private let registry: StandInRegistry

    /// Listens on a free port. A client that connects before `serve(inFrontOf:)` is called waits.
    static func listen(_ setup: Situation.Setup) async throws -> DragonflyStandIn {
        let clients = StandInClients()
        let listener = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(StandInClientHandler(clients))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        guard let port = listener.localAddress?.port else {
            preconditionFailure("a listening TCP socket has no port")
        }
        return DragonflyStandIn(setup, listener, clients, Endpoint(host: "127.0.0.1", port: port))
    }

    private init(
        _ setup: Situation.Setup, _ listener: any Channel, _ clients: StandInClients, _ address: Endpoint
    ) {
        self.setup = setup
        self.listener = listener
        self.clients = clients
        self.address = address
        registry = StandInRegistry(address)
    }

    /// Every command that anybody sent it, as words, in order.
    package var received: [[String]] {
        get async { await registry.received }
    }

    /// Answers with the help of a Redis, until cancelled.
    /// - Parameter everything: how to connect to the Redis as a user who may do everything.
    func serve(inFrontOf everything: ConnectionSettings) async {
        await withDiscardingTaskGroup { group in
            for await client in clients.stream {
                group.addTask {
                    // When the client or the Redis goes away, the conversation ends, as it would with a real Dragonfly.
                    try? await converse(client, RedisBehind(everything))
                    try? await client.channel.close()
                }
            }
        }
    }

    /// Stops listening and disconnects the clients that are left.
    /// - Throws: `UnrecordedQuestions` if there were any; otherwise the error of the outcome, if it is an error.
    func close<Result>(after outcome: Swift.Result<Result, any Error>) async throws -> Result {
        clients.finish()
        try? await listener.close()
        let unrecorded = await registry.unrecorded
        guard unrecorded.isEmpty else {
            var failure: (any Error)?
            if case .failure(let error) = outcome { failure = error }
            throw UnrecordedQuestions(questions: unrecorded, failure: failure)
        }
        return try outcome.get()
    }

    private func converse(_ client: StandInClients.Client, _ behind: RedisBehind) async throws {
        let address = client.channel.remoteAddress.map { "\($0.ipAddress ?? ""):\($0.port ?? 0)" } ?? ""
        var conversation = await DragonflyConversation(registry, behind, setup, from: address) {
            client.channel.close(promise: nil)
        }
        let outcome: Swift.Result<Void, any Error>
        do {
            outcome = .success(try await converse(client, &conversation))
        } catch {
            outcome = .failure(error)
        }
        await conversation.close()
        try outcome.get()
    }

    private func converse(_ client: StandInClients.Client, _ conversation: inout DragonflyConversation) async throws {
        var parser = RESPParser()
        let send = { (reply: RESPValue) in try await client.channel.writeAndFlush(reply.encoded()) }
        for await bytes in client.bytes {
            // A replica whose PSYNC was refused sends this word by itself, not as a list.
            if String(buffer: bytes) == Self.sync {
                try await conversation.carryOut(["SYNC"], send: send)
                continue
            }
            parser.feed(bytes)
            while let value = try parser.next() {
                try await conversation.carryOut(Command(arguments: value.buffers), send: send)
            }
        }
    }

    private static let sync = "SYNC\r\n"
}

/// Questions that a stand-in was asked in a test and that the record does not answer. To add them, ask a real
/// Dragonfly: `planrun-benchmarks dragonfly-record --add 'QUESTION'`.
package struct UnrecordedQuestions: Error, CustomStringConvertible {
    package let questions: [String]
    /// The error with which the test itself ended, if it did.
    package let failure: (any Error)?

    package var description: String {
        let list = questions.map { "\n  " + $0 }.joined()
        let ending = failure.map { "\nand the test failed: \($0)" } ?? ""
        return "the stand-in for Dragonfly was asked what is not in the record:\(list)\(ending)"
    }
}
