import RESP
import SystemPackage
import Values

extension ServerSettings {
    /// The configuration file of an instance or a Sentinel of Redis or Valkey.
    func configuration(address: Endpoint, folder: PrivateFolder) -> String {
        var lines = ["bind 127.0.0.1", "protected-mode no", "daemonize no", "loglevel notice", "logfile \"\""]
        lines.append("dir \(Self.quoted(folder.path.string))")
        lines += listenLines(port: address.port)
        if !accounts.isEmpty { lines.append("aclfile \(Self.quoted(folder.path.appending("users.acl").string))") }
        if accounts.isEmpty, let password { lines.append("requirepass \(Self.quoted(password.reveal()))") }
        switch role {
        case .instance: lines += instanceLines
        case .sentinel(let monitor): lines += (monitor.map(monitorLines) ?? []) + peerLines
        }
        return (lines + extraLines).joined(separator: "\n") + "\n"
    }

    /// The users, as the file that `aclfile` names lists them; `nil` if the server needs no users.
    var accountsFile: String? {
        guard !accounts.isEmpty else { return nil }
        let everything = ServerAccount.Rights.everything.rules.joined(separator: " ")
        let defaultUser =
            switch (admitsDefaultUser, password) {
            // Dragonfly refuses a file in which `default` is off and has no rights. A `default` that is on and has no
            // rights may not even run AUTH, so that nobody could log in. So `default` is on here, with a password that
            // nobody knows.
            case (false, _) where program == .dragonfly: "user default on >\(nobodysPassword.reveal()) \(everything)"
            case (false, _): "user default off"
            case (true, let password?): "user default on >\(password.reveal()) \(everything)"
            case (true, nil): "user default on nopass \(everything)"
            }
        let others = accounts.map { account in
            // Dragonfly knows neither rules for subcommands nor all of these commands.
            let rules = program == .dragonfly ? everything : account.rights.rules.joined(separator: " ")
            return "user \(account.name) on >\(account.password.reveal()) \(rules)"
        }
        return ([defaultUser] + others).joined(separator: "\n") + "\n"
    }

    private func listenLines(port: Int) -> [String] {
        guard let tls else { return ["port \(port)"] }
        return [
            "port 0", "tls-port \(port)", "tls-replication yes", "tls-cert-file \(Self.quoted(tls.certificateFile))",
            "tls-key-file \(Self.quoted(tls.keyFile))", "tls-ca-cert-file \(Self.quoted(tls.caFile))",
            "tls-auth-clients \(tls.requiresClientCertificate ? "yes" : "no")",
        ]
    }

    private var instanceLines: [String] {
        var lines = [
            "databases \(databases)", "save \"\"", "appendonly no", "repl-diskless-sync yes",
            "repl-diskless-sync-delay 0",
        ]
        if let replicationUser { lines.append("masteruser \(Self.quoted(replicationUser))") }
        if let replicationPassword { lines.append("masterauth \(Self.quoted(replicationPassword.reveal()))") }
        return lines
    }

    private func monitorLines(_ monitor: SentinelMonitor) -> [String] {
        let (name, address) = (monitor.name, monitor.address)
        var lines = [
            "sentinel monitor \(name) \(address.host) \(address.port) \(monitor.quorum)",
            "sentinel down-after-milliseconds \(name) \(monitor.downAfter.wholeMilliseconds)",
            "sentinel failover-timeout \(name) \(monitor.failoverTimeout.wholeMilliseconds)",
            "sentinel parallel-syncs \(name) 1",
        ]
        if let user = monitor.username { lines.append("sentinel auth-user \(name) \(user)") }
        if let password = monitor.password { lines.append("sentinel auth-pass \(name) \(password.reveal())") }
        return lines
    }

    /// How the Sentinel logs in to the other Sentinels.
    private var peerLines: [String] {
        guard let peer = accounts.first(where: { $0.rights == .sentinelAtSentinel }) else { return [] }
        return ["sentinel sentinel-user \(peer.name)", "sentinel sentinel-pass \(peer.password.reveal())"]
    }

    /// The flag file of Dragonfly. All flags are in it, so that those with secrets do not show in the list of
    /// processes.
    func flags(address: Endpoint, folder: PrivateFolder) -> String {
        var flags = [
            "--bind=127.0.0.1", "--port=\(address.port)", "--dir=\(folder.path.string)", "--dbfilename=",
            "--logtostderr",
            "--dbnum=\(databases)", "--proactor_threads=2", "--maxmemory=512mb", "--version_check=false",
        ]
        // With TLS, Dragonfly does not start without a password or a certificate authority, whatever users there are.
        let needsPassword = tls != nil && !accounts.isEmpty && !admitsDefaultUser
        if let password = password ?? (needsPassword ? nobodysPassword : nil) {
            flags.append("--requirepass=\(password.reveal())")
        }
        if !accounts.isEmpty { flags.append("--aclfile=\(folder.path.appending("users.acl").string)") }
        if let replicationUser { flags.append("--masteruser=\(replicationUser)") }
        if let replicationPassword { flags.append("--masterauth=\(replicationPassword.reveal())") }
        if let tls {
            flags += [
                "--tls", "--tls_replication", "--tls_cert_file=\(tls.certificateFile)", "--tls_key_file=\(tls.keyFile)",
            ]
            // Dragonfly demands a certificate of every client once it has an authority to check it against.
            if tls.requiresClientCertificate { flags.append("--tls_ca_cert_file=\(tls.caFile)") }
        }
        return (flags + extraLines).joined(separator: "\n") + "\n"
    }

    private static func quoted(_ text: String) -> String {
        "\"" + text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"") + "\""
    }
}

extension Duration {
    var wholeMilliseconds: Int64 { components.seconds * 1_000 + components.attoseconds / 1_000_000_000_000_000 }
}
