import Execution
import PlanModel
import RESP
import RedisTopology
package import Values

/// Finds out which address leads to which server. The plan, the source and the Sentinels may spell addresses
/// differently; what counts is the process behind an address.
extension Servers {
    /// Whether an address that a server named leads to this instance. `false` also if that is uncertain.
    package func isSame(_ address: Endpoint, as instance: some Instance) async -> Bool {
        await sameness(of: address, as: instance) == .same
    }

    /// Whether two addresses lead to one server, which need not be part of the plan. `false` also if that is uncertain.
    func isSame(_ address: Endpoint, as other: Endpoint) async -> Bool {
        if address.isSpelledLike(other) { return true }
        for server in [source, target] where other.isSpelledLike(server.endpoint) {
            return await isSame(address, as: server)
        }
        return await sameness(address, other, source.settings) == .same
    }

    /// Whether an address leads to this instance. If the spelling does not decide it, planrun asks the servers
    /// themselves, and remembers the answer.
    func sameness(of address: Endpoint, as instance: some Instance) async -> Sameness {
        let own = instance.endpoint
        if address.isSpelledLike(own) { return .same }
        // Source and target are two servers: planrun makes sure of that before it tells one to follow the other. So an
        // address of one of them cannot lead to the other.
        let opposite: Server? = instance.place == .source ? target : instance.place == .target ? source : nil
        if let opposite, await isOnePlace(address, opposite.endpoint) { return .different }
        return await sameness(address, own, instance.settings)
    }

    /// Whether the plan names the same server as source and as target.
    func sourceIsTarget() async -> Sameness {
        await sameness(target.endpoint, source.endpoint, source.settings)
    }

    private func sameness(
        _ address: Endpoint, _ own: Endpoint, _ settings: ConnectionSettings
    ) async -> Sameness {
        await knownAddresses.sameness(of: .init(left: address, right: own), clock: clock) {
            await compare(address, own, settings)
        }
    }

    private func compare(
        _ address: Endpoint, _ own: Endpoint, _ settings: ConnectionSettings
    ) async -> Sameness {
        if await isOnePlace(address, own) { return .same }
        let access = Access(settings, at: self)
        let told = await IdentityProof(connector: connector, access: access.all).compare(address, own)
        guard case .unknown = told else { return told }
        if let told = await sameness(bySentinels: address, own) { return told }
        // Both names share an IP, so they are probably two spellings of one host that has several addresses.
        guard address.port == own.port, await !resolve(address.host).isDisjoint(with: resolve(own.host)) else {
            return told
        }
        return .same
    }

    /// Whether both addresses lead to the same port of the same IP, however they are spelt.
    func isOnePlace(_ left: Endpoint, _ right: Endpoint) async -> Bool {
        if left.isSpelledLike(right) { return true }
        guard left.port == right.port else { return false }
        let (here, there) = await (addresses(of: left.host), addresses(of: right.host))
        return here == there && here.count == 1
    }

    /// The IPs of a host. While writes are held back no name is looked up: the last result counts, and a name that was
    /// never looked up has no IPs.
    func addresses(of host: String) async -> Set<String> { await knownAddresses.ips(of: host, resolve) }

    /// Asks the Sentinels. They may reach an address that planrun cannot reach, and they tell the run id of the process
    /// there.
    private func sameness(bySentinels address: Endpoint, _ own: Endpoint) async -> Sameness? {
        guard plan.sentinel != nil, let pictures = try? await sentinelPictures() else { return nil }
        guard let server = [source, target].first(where: { own.isSpelledLike($0.endpoint) }),
            let runID = try? await server.serverInfo().runID
        else { return nil }
        for picture in pictures {
            let seen =
                picture.replicas.map { ($0.address, $0.runID) } + [(picture.primary.address, picture.primary.runID)]
            for case (let place, let id?) in seen where place.isSpelledLike(address) {
                return id == runID ? .same : .different
            }
        }
        return nil
    }

    /// The credentials to try at an unknown address, to ask which server it is: first those of the server that it may
    /// be, then those of source and target.
    private struct Access {
        let all: [ConnectionSettings]

        init(_ settings: ConnectionSettings, at servers: Servers) {
            let isSentinel = servers.sentinels.contains { $0.settings.address == settings.address }
            // A Sentinel's password is not shown to servers, and a server's password is not shown to Sentinels.
            all = isSentinel ? [settings] : [settings, servers.source.settings, servers.target.settings]
        }
    }
}
