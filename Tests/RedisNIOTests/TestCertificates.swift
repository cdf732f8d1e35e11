import NIOSSL
import Rehearsal
import Subprocess
import SystemPackage
import Testing

/// Certificates made with the `openssl` command, once for the tests of a suite, and removed with it.
struct TestCertificates: Sendable {
    @TaskLocal static var current: TestCertificates?

    let folder: PrivateFolder

    func path(_ name: String) -> String { folder.path.appending(name).string }

    /// The settings of a server with that certificate. If `asks`, it asks clients for a certificate of the same
    /// authority.
    func server(_ name: String, asks: Bool = false) throws -> TLSConfiguration {
        var configuration = TLSConfiguration.makeServerConfiguration(
            certificateChain: try NIOSSLCertificate.fromPEMFile(path("\(name).crt")).map { .certificate($0) },
            privateKey: .privateKey(try NIOSSLPrivateKey(file: path("\(name).key"), format: .pem)))
        if asks {
            configuration.certificateVerification = .noHostnameVerification
            configuration.trustRoots = .file(path("ca.crt"))
        }
        return configuration
    }

    fileprivate func make() async throws {
        try await authority("ca")
        try await authority("stranger")
        try await signed("server", days: 2, names: "DNS:redis.example,DNS:*.shard.example,IP:127.0.0.1")
        try await signed("expired", days: -1, names: "DNS:redis.example,IP:127.0.0.1")
        try await signed("nameless", days: 2, names: nil)
        try await signed("client", days: 2, names: nil)
        _ = try folder.write("no certificate", to: "rubbish.crt")
    }

    private func authority(_ name: String) async throws {
        try await openssl(
            ["req", "-x509", "-days", "2", "-addext", "basicConstraints=critical,CA:TRUE", "-out", path("\(name).crt")]
                + request(name))
    }

    private func signed(_ name: String, days: Int, names: String?) async throws {
        try await openssl(["req", "-new", "-out", path("\(name).csr")] + request(name))
        let extensions = try folder.write(names.map { "subjectAltName=\($0)\n" } ?? "", to: "\(name).ext").string
        try await openssl(
            [
                "x509", "-req", "-days", "\(days)", "-in", path("\(name).csr"), "-CA", path("ca.crt"), "-CAkey",
                path("ca.key"), "-CAcreateserial", "-extfile", extensions, "-out", path("\(name).crt"),
            ])
    }

    private func request(_ name: String) -> [String] {
        [
            "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-config", "/dev/null", "-subj",
            "/CN=\(name)", "-keyout", path("\(name).key"),
        ]
    }

    private func openssl(_ arguments: [String]) async throws {
        let result = try await run(
            .name("openssl"), arguments: Arguments(arguments), output: .discarded, error: .string(limit: 1 << 16))
        guard result.terminationStatus.isSuccess else {
            throw OpenSSLFailed(message: result.standardError)
        }
    }

    private struct OpenSSLFailed: Error { let message: String }
}

struct TestCertificatesTrait: SuiteTrait, TestScoping {
    func provideScope(
        for test: Test, testCase: Test.Case?, performing body: @Sendable () async throws -> Void
    ) async throws {
        let certificates = TestCertificates(folder: try PrivateFolder.temporary())
        defer { certificates.folder.remove() }
        try await certificates.make()
        try await TestCertificates.$current.withValue(certificates, operation: body)
    }
}

extension Trait where Self == TestCertificatesTrait {
    /// Gives the tests of a suite `TestCertificates.current`.
    static var certificates: Self { TestCertificatesTrait() }
}
