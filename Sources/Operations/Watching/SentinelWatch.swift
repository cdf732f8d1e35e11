import Execution
import PlanModel
import RESP
import RedisTopology
import Values

/// An unwanted watch over a server of the plan: which Sentinels watch it, and what they take it for.
///
/// These Sentinels would go on watching after the cutover. They could demote the new primary to a replica of their own
/// primary, promote another server, or send clients to the old primary.
struct SentinelWatch: Sendable, Equatable {
    enum Purpose: Sendable, Equatable {
        /// They monitor this server as the primary of that name.
        case primary(name: String)
        /// They take this server for a replica of the primary of that name.
        case member(name: String, of: Endpoint)
        /// Unknown, because none of their messages was heard.
        case untold
    }

    /// The address of each Sentinel (`127.0.0.1:26379`). If no message of it was heard, its host and the first digits
    /// of its run id.
    var sentinels: [String]
    /// Whether they are Sentinels of the plan that monitor the server under a second name.
    var areOurs = false
    var part: Server.Part
    /// `target 10.0.0.2:6379`
    var server: String
    var purpose: Purpose
}

extension SentinelWatch {
    func finding(_ plan: Plan) -> Finding {
        .missed(
            sentence(plan), wants: "no Sentinels but those of the plan, and no name but its own", at: [server],
            remedy: remedy(plan))
    }

    private var list: String { sentinels.joined(separator: ", ").printable(limit: 400) }
    private var isOne: Bool { sentinels.count == 1 }

    private func sentence(_ plan: Plan) -> String {
        let who = isOne ? "the Sentinel \(list)" : "\(sentinels.count) Sentinels (\(list))"
        let relation =
            areOurs
            ? "besides the plan's name" : "and \(isOne ? "is" : "are") not in the plan"
        switch purpose {
        case .primary(let name):
            return "\(who) \(isOne ? "monitors" : "monitor") the \(server) as '\(name.printable)', \(relation)"
        case .member(let name, let primary):
            let rivalry =
                !areOurs && name == plan.sentinel?.primary
                ? "; that is the plan's name, too, so that each group would take over the other one's primary" : ""
            return
                "\(who) \(isOne ? "takes" : "take") the \(server) for one of the servers of '\(name.printable)', whose primary is \(primary), \(relation)\(rivalry)"
        case .untold:
            return "a Sentinel on \(list) watches the \(server), and is not in the plan"
        }
    }

    private func remedy(_ plan: Plan) -> [String] {
        switch purpose {
        case .untold:
            return [
                "find out there under which name it monitors it (SENTINEL MASTERS); it would not follow the cutover, or undo it: \(AdvisedCommand.unknownWatch.line("<that name>")) there, or name it in the plan"
            ]
        case .member(let name, _):
            return [
                "\(AdvisedCommand.formerMember.line(name.printable)) on \(list)\(areOurs ? "" : ", and on every other Sentinel that monitors that name"), one after the other, 30 s apart, while the \(part.rawValue) does not follow that primary: they forget it then, and go on watching theirs (SENTINEL REMOVE would end that)"
            ]
        case .primary(let name): return [remedy(monitoredAs: name.printable, plan)]
        }
    }

    private func remedy(monitoredAs name: String, _ plan: Plan) -> String {
        switch part {
        case .source where areOurs:
            return
                "clients that ask for '\(name)' would stay at the source: let them ask for '\(plan.sentinel?.primary ?? "")', then \(AdvisedCommand.secondName.line(name)) on \(list)"
        case .source where plan.sentinel == nil:
            return
                "write them into the plan, 'sentinel: { primary: \(name), addresses: [\(list)] }', and 'failover' without 'via: promote'; or, if nobody asks them any more: \(AdvisedCommand.watchedAlone.line(name)) on each of them"
        case .source where name == plan.sentinel?.primary: return "add \(list) to 'sentinel.addresses'"
        case .source:
            return
                "clients that ask for '\(name)' would stay at the source: \(AdvisedCommand.otherGroupAtSource.line(name)) on \(list), once nobody asks for it, or migrate that name, too"
        case .target, .replica:
            return
                "if that name is not needed any more: \(AdvisedCommand.otherGroupAtTarget.line(name)) on \(list)\(areOurs ? "" : ", and on every other Sentinel that monitors it"); otherwise they decide who is primary there: take another server"
        }
    }
}
