import TestKit
import Testing
import Values

@testable import Metrics

/// What a scraper gets from a real socket.
struct MetricsServerTests {
    private func serving(_ body: (Endpoint) async throws -> Void) async throws {
        let server = try await MetricsServer.open(at: Endpoint(host: "127.0.0.1", port: 0)) {
            "a 1\n" + ($0 == .openMetrics ? "# EOF\n" : "")
        }
        do {
            try await body(server.endpoint)
            await server.close()
        } catch {
            await server.close()
            throw error
        }
    }

    @Test func `the metrics come as OpenMetrics where that is asked for, else as the older format`() async throws {
        try await serving { address in
            let new = try await PlainHTTP.get(
                "/metrics", address, accept: "application/openmetrics-text; version=1.0.0")
            #expect(new.hasPrefix("HTTP/1.1 200 OK\r\n"))
            #expect(new.contains("content-type: application/openmetrics-text; version=1.0.0; charset=utf-8\r\n"))
            #expect(new.hasSuffix("\r\n\r\na 1\n# EOF\n"))
            let old = try await PlainHTTP.get("/metrics?x=1", address)
            #expect(old.contains("content-type: text/plain; version=0.0.4; charset=utf-8\r\n"))
            #expect(old.hasSuffix("\r\n\r\na 1\n"))
        }
    }

    @Test func `nothing else is answered`() async throws {
        try await serving { address in
            #expect(try await PlainHTTP.get("/", address).hasPrefix("HTTP/1.1 404"))
            let post = ["POST /metrics HTTP/1.1", "Host: a", "Content-Length: 0", "Connection: close"]
            #expect(try await PlainHTTP.exchange(post, with: address).hasPrefix("HTTP/1.1 405"))
            let head = ["HEAD /metrics HTTP/1.1", "Host: a", "Connection: close"]
            let answer = try await PlainHTTP.exchange(head, with: address)
            #expect(answer.hasPrefix("HTTP/1.1 200") && answer.hasSuffix("\r\n\r\n"))
            let nonsense = try await PlainHTTP.exchange(["\u{1}\u{2} nonsense"], with: address)
            #expect(nonsense.isEmpty || nonsense.hasPrefix("HTTP/1.1 400"), "\(nonsense)")
        }
    }

    @Test func `two cannot listen at one address`() async throws {
        try await serving { address in
            await #expect(throws: (any Error).self) {
                _ = try await MetricsServer.open(at: address) { _ in "" }
            }
        }
    }
}
