import Execution
import PlanModel
import RESP
import RedisTopology
import Values

/// The last time that a server refused something to a user, from its `ACL LOG`. It shows that somebody uses this user,
/// even if nobody is connected at the moment.
struct UserRefusal: Sendable, Equatable {
    /// `source 10.0.0.1:6379`
    let server: String
    let age: Duration

    /// `in the ACL log of source 10.0.0.1:6379, 5m ago`
    var text: String {
        "in the ACL log of \(server), \(Duration.seconds(age.components.seconds).planText) ago"
    }

    static let rights: [Right] = [.accessLog]

    /// Older refusals are ignored, because they say nothing about today.
    private static let longest = Duration.seconds(24 * 3600)

    /// - Parameter countsLogins: whether a refused login counts. At the target it shows an application that has come
    ///   too early. At the source it may come from anybody who does not know the password.
    /// - Returns: the latest refusal of each user; empty if the server has no such log or does not show it.
    static func latest(at server: Server, countsLogins: Bool) async throws(StepFailure) -> [String: UserRefusal] {
        guard let log = try? ACLLog(try await server.replies(to: [["ACL", "LOG"]])[0]) else { return [:] }
        let entries = log.entries.filter { entry in
            (countsLogins || !entry.isLogin) && entry.age <= longest && entry.client?.isOfNoApplication != true
        }
        return Dictionary(grouping: entries, by: \.user).compactMapValues { entries in
            entries.map(\.age).min().map { UserRefusal(server: server.name, age: $0) }
        }
    }
}

extension ClientList.Client {
    fileprivate var isOfNoApplication: Bool { planrun != nil || sentinelID != nil || isReplica || isPrimary }
}
