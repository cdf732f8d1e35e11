import Execution
import PlanModel
import RESP
import RedisTopology
import Values

/// Tells all Sentinels at the same time who is primary, after the roles were swapped. It uses the message that
/// Sentinels send each other (`PUBLISH __sentinel__:hello`), with a newer configuration epoch.
///
/// A Sentinel believes such a message at once, so nobody has to wait for an election or until it reads the servers'
/// INFO again. Each message is sent in the name of another Sentinel, taken from the receiver's own list. If the
/// receiver did not know the name, it would add a Sentinel that does not exist, and count it for the quorum from then
/// on.
struct PrimaryAnnouncement: Sendable {
    struct Letter: Sendable {
        let receiver: Sentinel
        let hello: SentinelHello
        /// Whether the receiver knows no other Sentinel. Then the name is made up, and the receiver is reset afterwards
        /// so that it forgets the made-up Sentinel.
        var isInNobodysName = false

        fileprivate var commands: [Command] {
            [hello.command] + (isInNobodysName ? [["SENTINEL", "RESET", hello.primaryName]] : [])
        }
    }

    static let rights = Rights(at: [.sentinel], [.sayHello])

    let letters: [Letter]

    /// Why the Sentinels cannot be told, or not safely; `nil` if they can. It is checked before anything is changed.
    static func obstacle(_ sentinels: Sentinels, from: Server) async -> String? {
        guard sentinels.all.count > 1 else {
            return "there is only one Sentinel, and a Sentinel can be told only in the name of another one"
        }
        let pictures: [SentinelPicture]
        do {
            pictures = try await sentinels.servers.sentinelPictures()
            for sentinel in sentinels.all where try await sentinel.isInTilt() { return "\(sentinel.name) is in TILT" }
        } catch {
            return (error as? StepFailure)?.what ?? "\(error)"
        }
        guard pictures.count == sentinels.all.count else {
            return "a Sentinel does not monitor '\(sentinels.primaryName)'"
        }
        for picture in pictures {
            if let obstacle = await obstacle(picture, pictures, sentinels.servers, from) { return obstacle }
        }
        return nil
    }

    private static func obstacle(
        _ picture: SentinelPicture, _ all: [SentinelPicture], _ servers: Servers, _ from: Server
    ) async -> String? {
        let name = picture.sentinel.name
        guard await servers.isSame(picture.primary.address, as: from) else {
            return "\(name) names \(picture.primary.address)"
        }
        if picture.primary.isFailoverInProgress { return "\(name): a failover is in progress" }
        if !picture.primary.flags.isHealthy { return "\(name) cannot reach \(from.endpoint)" }
        guard picture.id != nil else { return "\(name) does not tell its run id" }
        for peer in picture.peers {
            guard await all.contains(peer, servers) else {
                return "\(name) knows the Sentinel \(peer.address), which the plan does not name"
            }
            if !peer.flags.isHealthy { return "\(name) cannot reach the Sentinel \(peer.address)" }
        }
        guard Set(picture.peers.compactMap(\.runID)).count == all.count - 1 else {
            return "\(name) knows \(picture.peers.count) of \(all.count - 1) other Sentinels"
        }
        return nil
    }

    /// Writes a letter to each Sentinel that answers and knows another one. The remaining Sentinels learn of the
    /// primary from those.
    /// - Parameter isToAll: whether a Sentinel that knows no other one also gets a letter, in a made-up name. That is
    ///   the only way to tell a Sentinel about a server that it has forgotten.
    static func write(
        _ sentinels: Sentinels, primary: Server, isToAll: Bool = false
    ) async -> PrimaryAnnouncement {
        let name = sentinels.primaryName
        let pictures = ((try? await sentinels.all.atOnce { try? await $0.picture(of: name) }) ?? []).compactMap(\.self)
        let epochs = pictures.flatMap { [$0.primary.configEpoch] + $0.peers.map(\.votedEpoch) }
        let epoch = (epochs.max() ?? 0) + 1
        var letters: [Letter] = []
        for picture in pictures {
            let peer = picture.peers.first { $0.flags.isHealthy && $0.runID != nil }
            guard peer != nil || isToAll else { continue }
            // The address is spelt as the receiver spells it. A Sentinel that knows a server by its IP would take the
            // host name for another server.
            var address = primary.endpoint
            for replica in picture.replicas where await sentinels.servers.isSame(replica.address, as: primary) {
                address = replica.address
            }
            letters.append(
                Letter(
                    receiver: picture.sentinel,
                    hello: SentinelHello(
                        announcer: peer?.address ?? Endpoint(host: "127.0.0.1", port: 1),
                        runID: peer?.runID ?? String(repeating: "0", count: 40), primaryName: sentinels.primaryName,
                        primary: address, epoch: epoch),
                    isInNobodysName: peer == nil))
        }
        return PrimaryAnnouncement(letters: letters)
    }

    /// Sends all letters at once. If a letter does not arrive, its receiver learns of the primary from another
    /// Sentinel's next message.
    func send() async {
        await withTaskGroup(of: Void.self) { group in
            for letter in letters {
                group.addTask {
                    _ = try? await letter.receiver.replies(to: letter.commands, timeout: .seconds(1))
                }
            }
        }
    }
}
