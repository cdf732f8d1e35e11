import Execution
import PlanModel
import RESP
import RedisTopology

/// What the Sentinels are told after the roles were swapped: by the message that they send each other, with a newer
/// configuration epoch, each in the name of another one that it knows.
///
/// A Sentinel takes a new primary over at once from any Sentinel that it knows, so that nobody has to wait for an election or
/// for the next look. In the name of one that it does not know it would add a Sentinel that does not exist, and count it
/// for the quorum from then on: so every name is taken from that Sentinel's own list.
struct PrimaryAnnouncement: Sendable {
    struct Letter: Sendable {
        let receiver: Server
        let hello: SentinelHello
        /// Whether the Sentinel knows no other one, so that the name is nobody's: it forgets it at once.
        var isInNobodysName = false

        fileprivate var commands: [Command] {
            [hello.command] + (isInNobodysName ? [["SENTINEL", "RESET", hello.primaryName]] : [])
        }
    }

    let letters: [Letter]

    /// Why it cannot be made, or is not safe, before anything was changed; `nil` where it is.
    static func obstacle(_ sentinels: Sentinels, from: Server) async -> String? {
        guard sentinels.all.count > 1 else {
            return "there is one Sentinel only, and it cannot be told in the name of another"
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

    /// Letters to all Sentinels that answer and can be written to; the rest learns it from the others.
    /// - Parameter isToAll: also to one that knows no other, in nobody's name: the way to tell it of a server that it has
    ///   forgotten.
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
            // As that Sentinel spells it: one that knows a host by its IP would take a name for another server.
            var address = ServerAddress(host: primary.endpoint.host, port: primary.endpoint.port)
            for replica in picture.replicas where await sentinels.servers.isSame(replica.address, as: primary) {
                address = replica.address
            }
            letters.append(
                Letter(
                    receiver: picture.sentinel,
                    hello: SentinelHello(
                        announcer: peer?.address ?? ServerAddress(host: "127.0.0.1", port: 1),
                        runID: peer?.runID ?? String(repeating: "0", count: 40), primaryName: sentinels.primaryName,
                        primary: address, epoch: epoch),
                    isInNobodysName: peer == nil))
        }
        return PrimaryAnnouncement(letters: letters)
    }

    /// To all at once. One that does not take it learns it from the others, whose next word it is.
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
