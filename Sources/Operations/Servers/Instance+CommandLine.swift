import Escaping
import RESP
import Values

extension Instance {
    /// What a person types in a shell to send a command to it, whole. `redis-cli` asks for the password; it is never in the
    /// line.
    func commandLine(_ command: AdvisedCommand, _ arguments: String...) -> String {
        commandLine(command, arguments)
    }

    func commandLine(_ command: AdvisedCommand, _ arguments: [String]) -> String {
        var words = ["redis-cli", "-h", endpoint.host, "-p", String(endpoint.port)]
        if let tls = settings.tls { words += tls.arguments }
        if let user = settings.username { words += ["--user", user] }
        if settings.password != nil { words.append("--askpass") }
        words += command.words.split(separator: " ").map(String.init) + arguments
        return words.map(\.shellWord).joined(separator: " ")
    }
}

extension TLSOptions {
    fileprivate var arguments: [String] {
        let files = [("--cacert", caFile), ("--cert", certificateFile), ("--key", keyFile), ("--sni", serverName)]
        return ["--tls"] + (verifiesCertificates ? [] : ["--insecure"])
            + files.flatMap { name, value in value.map { [name, $0] } ?? [] }
    }
}
