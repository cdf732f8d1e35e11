import Execution
import PlanModel
import RESP
import RedisTopology
import Values

/// The source and the Sentinels will know the target under the address that the plan gives it.
///
/// A replica tells its primary the port on which it listens, and the IP that it was told to announce, if any. The
/// source passes both on to the Sentinels, and the Sentinels to the applications.
struct TargetAddressCheck: Check {
    static let declaration = CheckDeclaration(
        id: "target-address", title: "the source and the Sentinels will see the target at its address in the plan")

    static func rights(in plan: Plan) -> Rights { Sentinel.hostNameRights }

    func run(_ servers: Servers, limits: CheckLimits) async throws -> Finding {
        let target = servers.target
        let announcement = try await target.announcement()
        let announced = Endpoint(
            host: announcement.host ?? target.endpoint.host, port: announcement.port ?? target.endpoint.port)
        var findings: [Finding] = []
        if await !servers.isSame(announced, as: target) { findings.append(elsewhere(announced, announcement, target)) }
        if announcement.isHidden { findings.append(hidden(target)) }
        if let finding = await loopback(servers) { findings.append(finding) }
        if let host = announcement.host, !host.isIPAddress {
            findings += try await unresolved(host, servers)
        }
        return .combined(findings, passed: "the source and the Sentinels will see the target at \(announced)")
    }

    private func elsewhere(_ announced: Endpoint, _ announcement: Announcement, _ target: Server) -> Finding {
        var remedy = "on \(target.endpoint): \(AdvisedCommand.announcedPort.line("\(target.endpoint.port)"))"
        if announcement.host != nil { remedy += " and \(AdvisedCommand.announcedAddress.line(target.endpoint.host))" }
        return .missed(
            "\(target.name) will be known to the source and the Sentinels as \(announced)",
            wants: "\(target.endpoint), as in the plan", at: [target.name],
            remedy: ["\(remedy); or name \(announced) as the target in the plan, if that is where others reach it"])
    }

    private func hidden(_ target: Server) -> Finding {
        .missed(
            "\(target.name) is hidden from the Sentinels (replica-announced no)", wants: "replica-announced yes",
            at: [target.name], remedy: ["\(AdvisedCommand.hiddenTarget.line("yes")) on \(target.endpoint)"])
    }

    /// A finding if source or target has a loopback address while another server of the plan has a real one: from
    /// another machine, 127.0.0.1 leads to that machine itself.
    private func loopback(_ servers: Servers) async -> Finding? {
        var here: [any Instance] = []
        var elsewhere: [any Instance] = []
        for server in servers.all {
            let addresses = await servers.resolve(server.endpoint.host)
            let isLoopback = !addresses.isEmpty && addresses.allSatisfy { $0.hasPrefix("127.") || $0 == "::1" }
            if isLoopback { here.append(server) } else { elsewhere.append(server) }
        }
        let instances = here.filter { $0.place != .sentinel }
        guard let instance = instances.first, let other = elsewhere.first else { return nil }
        return .missed(
            "\(instance.name) is an address of this machine only, and \(other.name) is on another one",
            wants: "an address that all servers reach", at: instances.map(\.name),
            remedy: ["give the \(instance.place.rawValue) in the plan the address under which the others reach it"])
    }

    private func unresolved(_ host: String, _ servers: Servers) async throws -> [Finding] {
        try await servers.sentinels.atOnce { ($0, try await $0.resolvesHostNames()) }.filter { !$0.1 }
            .map { sentinel, _ in
                .missed(
                    "\(servers.target.name) announces itself by the name '\(host.printable)', which \(sentinel.name) does not resolve",
                    wants: "an IP address, or resolve-hostnames yes", at: [sentinel.name],
                    remedy: [
                        "\(AdvisedCommand.announcedName.line("<its IP address>")) on \(servers.target.endpoint), or, on each Sentinel: \(AdvisedCommand.unresolvedName.line("yes"))"
                    ])
            }
    }
}

/// What a server tells others about its own address.
struct Announcement: Sendable {
    /// `nil` if the server announces no host: others then use the address from which it connects.
    var host: String?
    /// `nil` if the server does not show it, as Dragonfly does not.
    var port: Int?
    var isHidden: Bool
}

extension Server {
    /// How this server would announce itself as a replica, in one round trip.
    func announcement() async throws(StepFailure) -> Announcement {
        let values = try await settings([
            "replica-announce-ip", "announce-ip", "replica-announce-port", "announce-port", "tls-replication",
            "tls-port", "port", "replica-announced",
        ])
        let given = { (name: String) in values[name].flatMap { $0.isEmpty || $0 == "0" ? nil : $0 } }
        let listening = given("tls-replication") == "yes" ? given("tls-port") : given("port")
        return Announcement(
            host: given("replica-announce-ip") ?? given("announce-ip"),
            port: (given("replica-announce-port") ?? given("announce-port") ?? listening).flatMap { Int($0) },
            isHidden: given("replica-announced") == "no")
    }
}
