import RESP
import Testing
import Values

@testable import Rehearsal

@Suite struct ServerSettingsTests {
    let address = Endpoint(host: "127.0.0.1", port: 12_345)

    @Test func `a server listens on loopback, keeps nothing on disk and sends its data at once`() throws {
        let lines = try configuration(ServerSettings())
        for line in ["bind 127.0.0.1", "port 12345", "save \"\"", "appendonly no", "repl-diskless-sync-delay 0"] {
            #expect(lines.contains(line))
        }
        #expect(!lines.contains { $0.hasPrefix("requirepass") })
    }

    @Test func `a password with quotes stays one word`() throws {
        var settings = ServerSettings()
        settings.password = Secret(#"a "b\"#)
        #expect(try configuration(settings).contains(#"requirepass "a \"b\\""#))
    }

    @Test func `behind TLS nothing is open in plain text`() throws {
        var settings = ServerSettings()
        settings.tls = ServerTLS(
            caFile: "/ca", certificateFile: "/crt", keyFile: "/key", requiresClientCertificate: true)
        let lines = try configuration(settings)
        for line in ["port 0", "tls-port 12345", "tls-replication yes", "tls-auth-clients yes"] {
            #expect(lines.contains(line))
        }
    }

    @Test func `named users turn the default user off unless it has a part to play`() {
        var settings = ServerSettings()
        #expect(settings.accountsFile == nil)
        settings.accounts = [ServerAccount(name: "follower", password: Secret("pw"), rights: .replication)]
        settings.admitsDefaultUser = false
        #expect(settings.accountsFile == "user default off\nuser follower on >pw -@all +psync +replconf +ping\n")
        settings.admitsDefaultUser = true
        #expect(settings.accountsFile?.hasPrefix("user default on nopass ~* &* +@all\n") == true)
    }

    @Test func `Dragonfly keeps the default user out by a password, and asks for certificates only where it shall`()
        throws
    {
        var settings = ServerSettings(program: .dragonfly)
        settings.accounts = [ServerAccount(name: "follower", password: Secret("pw"), rights: .replication)]
        settings.admitsDefaultUser = false
        let lines = try #require(settings.accountsFile).split(separator: "\n")
        #expect(lines.count == 2)
        #expect(lines[0].hasPrefix("user default on >") && lines[0].hasSuffix(" ~* &* +@all"))
        #expect(!lines[0].contains("nopass") && !lines[0].contains("> "))
        #expect(lines[1] == "user follower on >pw ~* &* +@all")
        settings.tls = ServerTLS(
            caFile: "/ca", certificateFile: "/crt", keyFile: "/key", requiresClientCertificate: false)
        let folder = try PrivateFolder.temporary()
        defer { folder.remove() }
        let open = settings.flags(address: address, folder: folder)
        #expect(!open.contains("--tls_ca_cert_file") && open.contains("--requirepass="))
        settings.tls?.requiresClientCertificate = true
        #expect(settings.flags(address: address, folder: folder).contains("--tls_ca_cert_file=/ca\n"))
    }

    @Test func `a Sentinel monitors, and logs in, as it is told`() throws {
        let monitor = SentinelMonitor(
            name: "sessions", address: Endpoint(host: "127.0.0.1", port: 6_379), quorum: 2,
            downAfter: .seconds(5), failoverTimeout: .milliseconds(20_500), username: "watcher", password: Secret("pw"))
        let lines = try configuration(ServerSettings(role: .sentinel(monitor)))
        for line in [
            "sentinel monitor sessions 127.0.0.1 6379 2", "sentinel down-after-milliseconds sessions 5000",
            "sentinel failover-timeout sessions 20500", "sentinel auth-user sessions watcher",
            "sentinel auth-pass sessions pw",
        ] {
            #expect(lines.contains(line))
        }
        #expect(!lines.contains { $0.hasPrefix("save") })
    }

    private func configuration(_ settings: ServerSettings) throws -> [String] {
        let folder = try PrivateFolder.temporary()
        defer { folder.remove() }
        return settings.configuration(address: address, folder: folder).split(separator: "\n").map(String.init)
    }
}
