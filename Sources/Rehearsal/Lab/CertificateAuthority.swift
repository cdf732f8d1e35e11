import Subprocess
import SystemPackage

/// A certificate authority for one private world, with a certificate for its servers and one for its clients.
struct CertificateAuthority: Sendable {
    let folder: PrivateFolder

    var caFile: String { file("ca.crt") }
    var serverCertificateFile: String { file("server.crt") }
    var serverKeyFile: String { file("server.key") }
    var clientCertificateFile: String { file("client.crt") }
    var clientKeyFile: String { file("client.key") }

    private func file(_ name: String) -> String { folder.path.appending(name).string }

    /// Makes keys and certificates with the `openssl` command. They are valid for two days.
    static func create(in folder: PrivateFolder, serverNames: [String]) async throws -> CertificateAuthority {
        guard let program = ServerProgram.find("openssl") else { throw RehearsalError.programMissing("openssl") }
        let authority = CertificateAuthority(folder: folder)
        let names = (["localhost"] + serverNames).map { "DNS:\($0)" } + ["IP:127.0.0.1"]
        try await authority.request(program, "ca", ["-addext", "basicConstraints=critical,CA:TRUE"])
        let signed = [
            "-CA", authority.caFile, "-CAkey", authority.file("ca.key"), "-addext", "basicConstraints=CA:FALSE",
        ]
        try await authority.request(
            program, "server", signed + ["-addext", "subjectAltName=\(names.joined(separator: ","))"])
        try await authority.request(program, "client", signed)
        return authority
    }

    private func request(_ program: String, _ name: String, _ options: [String]) async throws {
        let arguments =
            [
                "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
                "-config", "/dev/null", "-subj", "/CN=planrun rehearsal \(name)", "-keyout", file("\(name).key"),
                "-out",
                file("\(name).crt"),
            ] + options
        let result = try await run(
            .path(FilePath(program)), arguments: Arguments(arguments), output: .discarded,
            error: .string(limit: 64 * 1024))
        guard result.terminationStatus.isSuccess else {
            throw RehearsalError(
                code: .certificatesFailed, sentence: "openssl could not make the certificate of the \(name)",
                log: result.standardError.split(separator: "\n").map(String.init))
        }
    }
}
