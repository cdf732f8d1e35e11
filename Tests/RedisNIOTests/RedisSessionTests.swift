import NIOCore
import NIOPosix
import RESP
import Synchronization
import TestKit
import Testing
import Values

@testable import RedisNIO

struct RedisSessionTests {
    private func session(
        _ address: Endpoint, username: String? = nil, password: String? = nil,
        connectTimeout: Duration = .seconds(60)
    ) -> any CommandSession {
        RedisConnector().session(
            ConnectionSettings(
                address: address, username: username, password: password.map { Secret($0) },
                connectTimeout: connectTimeout, replyTimeout: .seconds(60)))
    }

    private func failure(_ session: any CommandSession, _ command: Command = ["PING"]) async -> SessionError? {
        await #expect(throws: SessionError.self) { try await session.send(command) }
    }

    @Test func `overlapping pipelines get their own replies, over one connection`() async throws {
        let server = try await ScriptedServer.start { .raw("+\($0)\r\n") }
        let session = session(server.address)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<50 {
                group.addTask {
                    let commands = (0..<10).map { Command(["ECHO", "\(number)", "\($0)"]) }
                    let replies = try await session.pipeline(commands, timeout: nil)
                    #expect(replies.map(\.string) == (0..<10).map { "ECHO \(number) \($0)" })
                }
            }
            try await group.waitForAll()
        }
        #expect(server.connections == 1)
        #expect(try await session.pipeline([], timeout: nil) == [])
        await session.close()
        await server.stop()
    }

    @Test func `readers and parsed pipelines share a connection, each with its own replies`() async throws {
        let long = String(repeating: "x", count: 300_000)
        let server = try await ScriptedServer.start { .raw("$\(long.count + $0.count)\r\n\($0)\(long)\r\n") }
        let session = session(server.address)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 10..<20 {
                group.addTask {
                    let reply = try await session.send(["ECHO", "\(number)"])
                    #expect(reply.string == "ECHO \(number)\(long)")
                }
                group.addTask {
                    let batch = CommandBatch([["READ", "\(number)"], ["MORE", "\(number)"]])
                    let frames = try await session.pipeline(
                        batch, into: ReplyFrames(count: 2, longest: 1_000_000), timeout: nil)
                    #expect(frames.begins(0, with: "$300007\r\nREAD"))
                    #expect(frames.begins(1, with: "$300007\r\nMORE"))
                    #expect(frames.length(1) == 300_018)
                }
            }
            try await group.waitForAll()
        }
        #expect(server.connections == 1)
        await session.close()
        await server.stop()
    }

    @Test func `a reader whose bytes are no replies loses the connection`() async throws {
        let server = try await ScriptedServer.start { $0 == "DIE" ? .raw("rubbish\r\n") : .raw("+PONG\r\n") }
        let session = session(server.address)
        let error = await #expect(throws: SessionError.self) {
            try await session.pipeline(CommandBatch([["DIE"]]), into: ReplyFrames(count: 1), timeout: nil)
        }
        #expect(error?.code == .protocolViolation)
        #expect(try await session.send(["PING"]) == .simpleString("PONG"))
        await session.close()
        await server.stop()
    }

    @Test func `nothing connects before it is used, and what nobody holds is closed`() async throws {
        let server = try await ScriptedServer.start()
        var session: (any CommandSession)? = session(server.address)
        #expect(server.connections == 0)
        _ = try await session?.send(["PING"])
        #expect(server.open == 1)
        session = nil
        try await eventually("the connection is closed") { server.open == 0 }
        await server.stop()
    }

    @Test func `a lost connection fails what was sent, and the next command connects again`() async throws {
        let server = try await ScriptedServer.start { $0 == "DIE" ? .hangUp : .raw("+PONG\r\n") }
        let session = session(server.address)
        #expect(try await session.send(["PING"]) == .simpleString("PONG"))
        let error = await failure(session, ["DIE"])
        #expect(error?.code == .connectionLost)
        #expect(error?.sentence == "the server closed the connection")
        #expect(error?.mayHaveBeenExecuted == true)
        #expect(error?.isTransient == true)
        #expect(try await session.send(["PING"]) == .simpleString("PONG"))
        #expect(server.connections == 2)
        await session.close()
        await server.stop()
    }

    @Test func `a reply that does not come costs the connection, not the session`() async throws {
        let server = try await ScriptedServer.start { $0 == "SLOW" ? .silence : .raw("+PONG\r\n") }
        let session = session(server.address)
        #expect(try await session.send(["PING"]) == .simpleString("PONG"))
        let error = await #expect(throws: SessionError.self) {
            try await session.send(["SLOW"], timeout: .milliseconds(30))
        }
        #expect(error?.code == .replyTimeout)
        #expect(error?.sentence == "no reply within 30 ms")
        #expect(try await session.send(["PING"]) == .simpleString("PONG"))
        #expect(server.connections == 2)
        await session.close()
        await server.stop()
    }

    @Test(
        arguments: [
            ("admin", "s3cret", "AUTH admin s3cret"), (nil, "s3cret", "AUTH s3cret"), ("guest", nil, "AUTH guest "),
        ] as [(String?, String?, String)])
    func `credentials come before anything else`(username: String?, password: String?, line: String) async throws {
        let server = try await ScriptedServer.start { $0.hasPrefix("AUTH") ? .raw("+OK\r\n") : .raw("+PONG\r\n") }
        let session = session(server.address, username: username, password: password)
        #expect(try await session.send(["PING"]) == .simpleString("PONG"))
        #expect(server.commands == [line, "PING"])
        await session.close()
        await server.stop()
    }

    @Test func `refused credentials are told in the server's words, without its escapes`() async throws {
        let server = try await ScriptedServer.start { _ in .raw("-WRONGPASS \u{1B}[31mno\r\n") }
        let session = session(server.address, password: "s3cret")
        let error = await failure(session)
        #expect(error?.code == .authenticationFailed)
        #expect(error?.sentence == "the server refused AUTH ('WRONGPASS \\u{1b}[31mno')")
        #expect(error?.isTransient == false)
        #expect(error.map { "\($0)".contains("s3cret") } == false)
        await session.close()
        await server.stop()
    }

    @Test func `a reply that takes more than it may costs the connection, and says so`() async throws {
        let server = try await ScriptedServer.start { _ in .raw("+" + String(repeating: "x", count: 70_000)) }
        let session = session(server.address)
        let error = await failure(session)
        #expect(error?.code == .replyTooLarge)
        #expect(
            error?.sentence.hasPrefix("the server sent more than planrun takes: a line is longer than 65536 bytes")
                == true)
        #expect(error?.isTransient == false)
        await session.close()
        await server.stop()
    }

    @Test func `a server that wants credentials we do not have`() async throws {
        let server = try await ScriptedServer.start { _ in .raw("-NOAUTH Authentication required.\r\n") }
        let session = session(server.address)
        let error = await failure(session)
        #expect(error?.code == .authenticationFailed)
        #expect(error?.mayHaveBeenExecuted == false)
        await session.close()
        await server.stop()
    }

    @Test func `a greeting that gets no answer ends with the connect timeout`() async throws {
        let server = try await ScriptedServer.start { _ in .silence }
        let session = session(server.address, password: "x", connectTimeout: .milliseconds(300))
        let error = await failure(session)
        #expect(error?.code == .connectTimeout)
        #expect(error?.sentence == "connected, but no greeting within 300 ms")
        try await eventually("the connection is closed") { server.open == 0 }
        await session.close()
        await server.stop()
    }

    @Test func `nothing listens there`() async throws {
        let server = try await ScriptedServer.start()
        await server.stop()
        let session = session(server.address)
        let error = await failure(session)
        #expect(error?.code == .connectionRefused)
        #expect(error?.sentence == "the connection was refused: nothing listens there")
        #expect(error?.mayHaveBeenExecuted == false)
        await session.close()
    }

    @Test func `a host name whose IPs are known is not looked up, and each of them is tried`() async throws {
        let server = try await ScriptedServer.start { _ in .raw("+PONG\r\n") }
        var settings = ConnectionSettings(
            address: Endpoint(host: "no-such-host.invalid", port: server.address.port))
        // No server listens at the first address.
        settings.ips = ["127.0.0.2", "127.0.0.1"]
        let session = RedisConnector().session(settings)
        #expect(try await session.send(["PING"]).string == "PONG")
        await session.close()
        await server.stop()
    }

    @Test func `a host name without address`() async throws {
        let session = session(Endpoint(host: "no-such-host.invalid", port: 1))
        let error = await failure(session)
        #expect(error?.code == .hostUnresolvable)
        #expect(error?.sentence == "the host name 'no-such-host.invalid' cannot be resolved")
        await session.close()
        #expect(await RedisConnector().addresses(of: "no-such-host.invalid") == [])
    }

    @Test func `a host name with several addresses reaches the one that listens`() async throws {
        let server = try await ScriptedServer.start()
        let session = session(Endpoint(host: "localhost", port: server.address.port))
        #expect(try await session.send(["PING"]) == .simpleString("PONG"))
        #expect(await RedisConnector().addresses(of: "localhost").contains("127.0.0.1"))
        #expect(await RedisConnector().addresses(of: "0:0:0:0:0:0:0:1") == ["::1"])
        await session.close()
        await server.stop()
    }

    @Test func `IPv6`() async throws {
        let server = try await ScriptedServer.start(host: "::1")
        let session = session(Endpoint(host: "::1", port: server.address.port))
        #expect(try await session.send(["PING"]) == .simpleString("PONG"))
        await session.close()
        await server.stop()
    }

    @Test func `a server that is none`() async throws {
        let server = try await ScriptedServer.start { _ in .raw("HTTP/1.1 400 Bad Request\r\n\r\n") }
        let session = session(server.address)
        let error = await failure(session)
        #expect(error?.code == .protocolViolation)
        #expect(
            error?.sentence == "the server does not speak the Redis protocol: "
                + "expected '+', '-', ':', '$' or '*', found 'HTTP/1.1 400 Bad Request'")
        await session.close()
        await server.stop()
    }

    @Test func `a cancelled task does not wait for its reply, and the others keep theirs`() async throws {
        let server = try await ScriptedServer.start { line in
            switch line {
            case "HOLD": .silence
            case "BOTH": .raw("+first\r\n+second\r\n")
            default: .raw("+PONG\r\n")
            }
        }
        let session = session(server.address)
        let task = Task { try await session.send(["HOLD"]) }
        try await eventually("the command was sent") { server.commands == ["HOLD"] }
        task.cancel()
        let error = await #expect(throws: SessionError.self) { try await task.value }
        #expect(error?.code == .closed)
        #expect(error?.mayHaveBeenExecuted == true)
        #expect(try await session.send(["BOTH"]) == .simpleString("second"))
        #expect(server.connections == 1)
        await session.close()
        await server.stop()
    }

    @Test func `a task that is cancelled before it asks sends nothing`() async throws {
        let server = try await ScriptedServer.start()
        let session = session(server.address)
        let task = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            return try await session.send(["PING"])
        }
        let error = await #expect(throws: SessionError.self) { try await task.value }
        #expect(error?.code == .closed)
        #expect(error?.mayHaveBeenExecuted == false)
        #expect(try await session.send(["TIME"]) == .simpleString("PONG"))
        #expect(server.commands == ["TIME"])
        await session.close()
        await server.stop()
    }

    @Test func `closing fails what waits, and for good`() async throws {
        let server = try await ScriptedServer.start { _ in .silence }
        let session = session(server.address)
        let task = Task { try await session.send(["HOLD"]) }
        try await eventually("the command was sent") { server.commands == ["HOLD"] }
        await session.close()
        let waiting = await #expect(throws: SessionError.self) { try await task.value }
        #expect(waiting?.code == .closed)
        #expect(await failure(session)?.code == .closed)
        try await eventually("the connection is closed") { server.open == 0 }
        await server.stop()
    }

    @Test func `a large pipeline`() async throws {
        let server = try await ScriptedServer.start { .raw(":\($0.utf8.count)\r\n") }
        let session = session(server.address)
        let command: Command = ["SET", String(repeating: "x", count: 100)]
        let replies = try await session.pipeline(Array(repeating: command, count: 5_000), timeout: nil)
        #expect(replies == Array(repeating: .integer(104), count: 5_000))
        await session.close()
        await server.stop()
    }
}
