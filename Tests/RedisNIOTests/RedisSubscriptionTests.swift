import RESP
import TestKit
import Testing

@testable import RedisNIO

struct RedisSubscriptionTests {
    private static func message(_ channel: String, _ payload: String) -> String {
        "*3\r\n$7\r\nmessage\r\n$\(channel.utf8.count)\r\n\(channel)\r\n$\(payload.utf8.count)\r\n\(payload)\r\n"
    }

    private static func confirmation(_ channel: String, _ count: Int) -> String {
        "*3\r\n$9\r\nsubscribe\r\n$\(channel.utf8.count)\r\n\(channel)\r\n:\(count)\r\n"
    }

    private func subscribe(_ server: ScriptedServer, _ channels: [String]) async throws -> any Subscription {
        try await RedisConnector().subscribe(to: channels, ConnectionSettings(address: server.address))
    }

    @Test func `messages come in order, also one between two confirmations, until the link is lost`() async throws {
        let script =
            Self.confirmation("+tilt", 1) + Self.message("+tilt", "early") + Self.confirmation("-tilt", 2)
            + Self.message("-tilt", "late")
        let server = try await ScriptedServer.start { _ in .raw(script) }
        let subscription = try await subscribe(server, ["+tilt", "-tilt"])
        #expect(server.commands == ["SUBSCRIBE +tilt -tilt"])
        var messages = subscription.messages.makeAsyncIterator()
        #expect(await messages.next() == PublishedMessage(channel: "+tilt", payload: "early"))
        #expect(await messages.next() == PublishedMessage(channel: "-tilt", payload: "late"))
        await subscription.close()
        #expect(await messages.next() == nil)
        try await eventually("the connection is closed") { server.open == 0 }
        await server.stop()
    }

    @Test func `a lost link ends the messages`() async throws {
        let channel = "+sdown"
        // An unexpected reply ends the connection, just as a server that goes away does.
        let server = try await ScriptedServer.start { _ in .raw(Self.confirmation(channel, 1) + "+what\r\n") }
        let subscription = try await subscribe(server, [channel])
        var count = 0
        for await _ in subscription.messages { count += 1 }
        #expect(count == 0)
        await server.stop()
    }

    @Test func `a refusal is an error`() async throws {
        let server = try await ScriptedServer.start { _ in .raw("-NOPERM no channels for you\r\n") }
        let error = await #expect(throws: SessionError.self) { try await subscribe(server, ["+tilt"]) }
        #expect(error?.sentence == "the server refused SUBSCRIBE ('NOPERM no channels for you')")
        try await eventually("the connection is closed") { server.open == 0 }
        await server.stop()
    }

    @Test func `a server that is not there`() async throws {
        let server = try await ScriptedServer.start()
        await server.stop()
        let error = await #expect(throws: SessionError.self) { try await subscribe(server, ["+tilt"]) }
        #expect(error?.code == .connectionRefused)
    }
}
