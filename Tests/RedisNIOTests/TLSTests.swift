import NIOSSL
import RESP
import Rehearsal
import Testing
import Values

@testable import RedisNIO

@Suite(.certificates)
struct TLSTests {
    /// Sends PING over TLS to a server with that certificate. Returns the error, or `nil` if the PING was answered.
    private func ping(
        server name: String = "server", asks: Bool = false, host: String = "127.0.0.1",
        _ change: (inout TLSOptions, TestCertificates) -> Void = { _, _ in }
    ) async throws -> SessionError? {
        let certificates = try #require(TestCertificates.current)
        let server = try await ScriptedServer.start(tls: try certificates.server(name, asks: asks))
        var options = TLSOptions(caFile: certificates.path("ca.crt"))
        change(&options, certificates)
        let error = await ping(Endpoint(host: host, port: server.address.port), options)
        await server.stop()
        return error
    }

    private func ping(
        _ address: Endpoint, _ options: TLSOptions?, connectTimeout: Duration = .seconds(20)
    ) async -> SessionError? {
        let session = RedisConnector().session(
            ConnectionSettings(
                address: address, tls: options, connectTimeout: connectTimeout, replyTimeout: .seconds(20)))
        do {
            #expect(try await session.send(["PING"]) == .simpleString("PONG"))
            await session.close()
            return nil
        } catch {
            await session.close()
            return error
        }
    }

    @Test func `a certificate that names the IP`() async throws {
        #expect(try await ping() == nil)
    }

    @Test(arguments: ["redis.example", "REDIS.example.", "one.shard.example", "127.0.0.1"])
    func `a certificate that names the server name`(name: String) async throws {
        #expect(try await ping { options, _ in options.serverName = name } == nil)
    }

    /// The certificate contains the IP address connected to, which must not make up for the wrong name.
    @Test(arguments: ["wrong.example", "shard.example", "a.b.shard.example", "127.0.0.2"])
    func `a certificate for somebody else`(name: String) async throws {
        let error = try await ping { options, _ in options.serverName = name }
        #expect(error?.code == .tlsFailed)
        #expect(
            error?.sentence == "the server's certificate is for 'redis.example', '*.shard.example', '127.0.0.1' "
                + "and not for '\(name)'")
        #expect(error?.isTransient == false)
        #expect(error?.mayHaveBeenExecuted == false)
    }

    @Test func `a host name is what has to be named, not the IP it stands for`() async throws {
        let error = try await ping(host: "localhost")
        #expect(error?.sentence.hasSuffix("and not for 'localhost'") == true)
    }

    @Test func `a certificate without names`() async throws {
        let error = try await ping(server: "nameless") { options, _ in options.serverName = "nameless" }
        #expect(
            error?.sentence
                == "the server's certificate has no subject alternative names, so it cannot prove to be 'nameless'")
    }

    @Test func `a CA that we do not trust`() async throws {
        let certificates = try #require(TestCertificates.current)
        let stranger = certificates.path("stranger.crt")
        let other = try await ping { options, _ in options.caFile = stranger }
        #expect(other?.code == .tlsFailed)
        #expect(other?.sentence == "the server's certificate is not signed by a CA in '\(stranger)'")
        let system = try await ping { options, _ in options.caFile = nil }
        #expect(
            system?.sentence == "the server's certificate is not signed by a CA that this system trusts; "
                + "name the CA that signed it, if it is your own")
    }

    @Test func `a certificate that has expired`() async throws {
        let error = try await ping(server: "expired")
        #expect(error?.code == .tlsFailed)
        #expect(error?.sentence.hasPrefix("the server's certificate expired on 20") == true)
    }

    @Test(arguments: ["server", "expired", "nameless"])
    func `without verification any certificate will do`(name: String) async throws {
        let error = try await ping(server: name) { options, _ in
            options.caFile = nil
            options.serverName = "wrong.example"
            options.verifiesCertificates = false
        }
        #expect(error == nil)
    }

    @Test func `a server that asks for a certificate of ours`() async throws {
        let with = try await ping(asks: true) { options, certificates in
            options.certificateFile = certificates.path("client.crt")
            options.keyFile = certificates.path("client.key")
        }
        #expect(with == nil)
        let without = try await ping(asks: true)
        #expect(without?.code == .tlsFailed)
        #expect(without?.sentence == "the server asks for a client certificate")
    }

    @Test func `a server that answers TLS with a plain error`() async throws {
        let server = try await ScriptedServer.start { _ in .raw("-ERR unknown command\r\n") }
        let error = await ping(server.address, TLSOptions(verifiesCertificates: false))
        await server.stop()
        #expect(error?.code == .tlsFailed)
        #expect(error?.sentence == "the server does not speak TLS on this port")
    }

    private struct LibraryError: Error, CustomStringConvertible {
        let constant: String
        var description: String {
            "handshakeFailed(NIOSSL.BoringSSLError.sslError([Error: 268436536 error:10000438:SSL "
                + "routines:OPENSSL_internal:\(constant) at /checkouts/ssl/tls_record.cc:491]))"
        }
    }

    /// The first alert is what a Redis 7.0 on OpenSSL 3 with `tls-protocols TLSv1.1` answers.
    @Test(arguments: [
        (
            "TLSV1_ALERT_INTERNAL_ERROR",
            "the server broke off the TLS handshake by an error of its own, which its log names; often because it "
                + "allows nothing newer than TLS 1.1 ('tls-protocols')"
        ),
        ("UNSUPPORTED_PROTOCOL", "the server and planrun have no TLS version in common"),
        ("SOMETHING_NEW", "the TLS handshake failed ('SOMETHING_NEW')"),
    ])
    func `a handshake that failed is told in plain words`(_ constant: String, _ sentence: String) {
        #expect(TLSFailure.sentence(LibraryError(constant: constant)) == sentence)
    }

    /// A real Redis stays silent, too: the handshake has no line end, so it waits for the rest of a command.
    @Test func `a server that does not answer TLS at all`() async throws {
        let server = try await ScriptedServer.start { _ in .silence }
        let options = TLSOptions(verifiesCertificates: false)
        let error = await ping(server.address, options, connectTimeout: .milliseconds(300))
        await server.stop()
        #expect(error?.code == .connectTimeout)
        #expect(
            error?.sentence
                == "connected, but no TLS handshake within 300 ms; perhaps the server does not speak TLS on this port")
    }

    @Test func `a server that speaks only TLS`() async throws {
        let certificates = try #require(TestCertificates.current)
        let server = try await ScriptedServer.start(tls: try certificates.server("server"))
        let error = await ping(server.address, nil)
        await server.stop()
        #expect(error?.code == .connectionLost || error?.code == .protocolViolation)
    }

    @Test(arguments: [
        ("ca", "nowhere.crt", "the CA file '%' does not exist"),
        ("ca", "rubbish.crt", "the CA file '%' holds no PEM certificate"),
        ("ca", "", "the CA file '%' cannot be read"),
        ("certificate", "nowhere.crt", "the certificate file '%' does not exist"),
        ("key", "nowhere.key", "the key file '%' does not exist"),
        ("key", "rubbish.crt", "the key file '%' holds no PEM private key without passphrase"),
    ])
    func `a file that cannot be used is named`(role: String, file: String, sentence: String) async throws {
        var path = ""
        let error = try await ping { options, certificates in
            path = certificates.path(file)
            options.certificateFile = certificates.path("client.crt")
            options.keyFile = certificates.path("client.key")
            switch role {
            case "ca": options.caFile = path
            case "certificate": options.certificateFile = path
            default: options.keyFile = path
            }
        }
        #expect(error?.code == .tlsFailed)
        #expect(error?.sentence == sentence.replacing("%", with: path))
    }

    @Test func `a key that belongs to another certificate`() async throws {
        let error = try await ping { options, certificates in
            options.certificateFile = certificates.path("client.crt")
            options.keyFile = certificates.path("server.key")
        }
        #expect(error?.sentence == "the key file does not belong to the certificate file")
    }
}
