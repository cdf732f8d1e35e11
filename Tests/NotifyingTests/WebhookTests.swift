import Execution
import Foundation
import NIOSSL
import TestKit
import Testing

@testable import Notifying

/// Web servers over real sockets that are slow, refuse, close and lie.
struct WebhookTests {
    private static let receiver = "{ name: chat, webhook: { url: { env: HOOK } } }"

    private static let once = DeliveryLimits(queue: 1, tries: 1, firstPause: .zero)

    private static let garbage = "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nno event!"

    @Test func `the event is sent as JSON, with the headers of the plan`() async throws {
        try await WebReceiver.with([.ok]) { server in
            let desk = try NotifyDesk([
                """
                { name: chat, webhook: { url: { env: HOOK }, headers: { Authorization: { env: TOKEN }, X-Team: cache } } }
                """
            ])
            #expect(await desk.tell(["HOOK": server.url, "TOKEN": "Bearer hunter2"]) == [])
            let request = try #require(server.requests.first)
            #expect(request.head.first == "POST /hook HTTP/1.1")
            for line in [
                "Authorization: Bearer hunter2", "X-Team: cache", "Content-Type: application/json",
                "User-Agent: planrun",
            ] {
                #expect(request.head.contains(line), "\(request.head)")
            }
            #expect(
                request.body == """
                    {"at":"2026-01-01T00:00:00.000Z","format":1,"nodes":3,"notification":"started","plan":"told","resumed":false,"run":"the-run","type":"run-started"}
                    """)
            #expect(server.requests.count == 1)
        }
    }

    /// What a server does, what is said of it, and how often it was asked.
    @Test(arguments: [
        ([WebReceiver.Manner.status(500)], "it answers with status 500", 4),
        ([.status(429)], "it answers with status 429", 4),
        ([.status(404)], "it answers with status 404", 1),
        (
            [.say("HTTP/1.1 302 Found\r\nLocation: /hook\r\nContent-Length: 0\r\n\r\n")],
            "it answers with a redirect (status 302), which is not followed", 1
        ),
        ([.close], "it closed the connection without an answer", 4),
        ([.sayAndClose("HTTP/1.1 20")], "it closed the connection without an answer", 4),
        ([.sayAndClose("-ERR unknown command 'POST'\r\n")], "its answer is not one of a web server", 4),
        ([.endlessHead], "its answer is not one of a web server", 4),
    ])
    func `what a server does wrong is told in words`(
        _ manners: [WebReceiver.Manner], _ problem: String, _ tries: Int
    ) async throws {
        try await WebReceiver.with(manners) { server in
            let undelivered = try await NotifyDesk([Self.receiver]).tell(["HOOK": server.url])
            #expect(undelivered.map(\.problem) == [problem])
            #expect(undelivered.map(\.count) == [1])
            #expect(server.requests.count == tries)
        }
    }

    @Test(arguments: [
        [WebReceiver.Manner.status(500), .ok], [.close, .status(503), .ok], [.status(500), .close, .status(408), .ok],
        [.say(garbage)], [.sayAndClose("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n")], [.endless],
    ])
    func `what comes right in time is delivered, whatever follows the status`(
        _ manners: [WebReceiver.Manner]
    ) async throws {
        try await WebReceiver.with(manners) { server in
            let undelivered = try await NotifyDesk([Self.receiver]).tell(["HOOK": server.url])
            #expect(undelivered == [])
            #expect(server.requests.count == manners.count)
        }
    }

    @Test func `one that never answers is given up`() async throws {
        try await WebReceiver.with([.silent]) { server in
            let desk = try NotifyDesk([Self.receiver], timeout: .seconds(2))
            let undelivered = await desk.tell(["HOOK": server.url], limits: Self.once)
            #expect(undelivered.map(\.problem) == ["no answer within 2s"])
            #expect(server.requests.count == 1)
        }
    }

    @Test func `where nobody listens, nobody is told`() async throws {
        let address = try await PlainHTTP.freeAddress()
        let undelivered = try await NotifyDesk([Self.receiver]).tell(["HOOK": "http://\(address)/hook"])
        #expect(undelivered.map(\.problem) == ["the connection was refused"])
    }

    @Test func `a server that speaks no TLS is told nothing`() async throws {
        try await WebReceiver.with([.ok]) { server in
            let undelivered = try await NotifyDesk([Self.receiver], timeout: .seconds(2)).tell(
                ["HOOK": "https://\(server.address)/hook"], limits: Self.once)
            // It waits for the rest of a request that it does not understand.
            #expect(undelivered.map(\.problem) == ["no connection within 2s"])
            #expect(server.requests.isEmpty)
        }
    }

    @Test func `a server whose certificate nobody trusts is told nothing`() async throws {
        let desk = try NotifyDesk([Self.receiver])
        let made = try await Shell.run(
            """
            openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -config /dev/null -subj /CN=127.0.0.1 \
              -addext subjectAltName=IP:127.0.0.1 -keyout '\(desk.path)/key.pem' -out '\(desk.path)/certificate.pem'
            """)
        #expect(made.exitCode == 0, "\(made.output)")
        let tls = TLSConfiguration.makeServerConfiguration(
            certificateChain: try NIOSSLCertificate.fromPEMFile(desk.path + "/certificate.pem")
                .map { .certificate($0) },
            privateKey: .privateKey(try NIOSSLPrivateKey(file: desk.path + "/key.pem", format: .pem)))
        try await WebReceiver.with([.ok], tls: NIOSSLContext(configuration: tls)) { server in
            #expect(await desk.tell(["HOOK": server.url]).map(\.problem) == ["its certificate could not be verified"])
            #expect(server.requests.isEmpty)
        }
    }

    /// Whatever is wrong with a secret, it is not said.
    @Test(arguments: [
        (["TOKEN": "hunter2"], "the environment variable 'HOOK' is not set"),
        (["HOOK": "ftp://hunter2/", "TOKEN": "x"], "its 'url' must begin with https:// or http://"),
        (["HOOK": "https://a:hunter2@h/", "TOKEN": "x"], "its 'url' has a user or a password in it"),
        (["HOOK": "https://h/hunter2\n", "TOKEN": "x"], "its 'url' has characters that an address cannot have"),
        (["HOOK": "https:///hunter2", "TOKEN": "x"], "its 'url' names no host"),
        (["HOOK": "https://h:70000/hunter2", "TOKEN": "x"], "its 'url' names a port that does not exist"),
        (
            ["HOOK": "https://h/hunter2", "TOKEN": "hunter2\r\nX: y"],
            "the value of header 'Authorization' has characters that a header cannot have"
        ),
    ])
    func `secrets that cannot be used are said before, and at the end`(
        _ environment: [String: String], _ problem: String
    ) async throws {
        let desk = try NotifyDesk([
            "{ name: chat, webhook: { url: { env: HOOK }, headers: { Authorization: { env: TOKEN } } } }"
        ])
        #expect(desk.notifier(environment).warnings() == ["'chat' cannot be told: \(problem)"])
        #expect(await desk.tell(environment).map(\.problem) == [problem])
    }

    @Test func `what can be read on the way is said before`() throws {
        let desk = try NotifyDesk([Self.receiver])
        #expect(
            desk.notifier(["HOOK": "http://example.net/hunter2"]).warnings()
                == ["'chat' is told over http: others can read it on the way"])
        #expect(desk.notifier(["HOOK": "https://example.net/hunter2"]).warnings() == [])
        #expect(desk.notifier(["HOOK": "http://127.0.0.1:1/hunter2"]).warnings() == [])
    }
}
