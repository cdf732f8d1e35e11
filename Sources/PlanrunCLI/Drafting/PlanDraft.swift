import Escaping
import Operations
import PlanModel
import Values
import YAMLTree

/// Writes the plan for what was found out about servers and Sentinels. It knows nothing but that, and asks nobody.
struct PlanDraft {
    let found: Discovery

    /// The plan with comments that say why each part is as it is.
    var text: String {
        (header + ["", "# \(sourceComment)"] + section("source", found.source)
            + ["", "# \(targetComment)"] + section("target", found.target)
            + ["", "# \(sentinelComment)"] + sentinel
            + ["", "# A step begins when the step before it has succeeded. Every step can be interrupted and resumed."]
            + ["steps:"] + steps.joined(separator: [""]).map { $0.isEmpty ? $0 : "  " + $0 }
            + ["", "rollback:"] + rollback).joined(separator: "\n") + "\n"
    }

    private var header: [String] {
        let remarks = found.remarks.flatMap { comment("- \($0)") }
        return comment(
            """
            Written by 'planrun init' from what the Sentinels and the servers said. It is yours from now on: change what \
            you know better.
            """) + (remarks.isEmpty ? [] : ["#", "# Not known, or not in this plan:"] + remarks) + [
                "version: 1",
                "name: \(spelled(found.primary))",
                "description: \(spelled("Move '\(found.primary)' from \(title(found.source)) to \(title(found.target))."))",
            ]
    }

    /// A comment of as many lines as it needs. The text may hold words of a server, which must not become a comment that
    /// silences a rule (`# planrun: allow …`).
    private func comment(_ text: String) -> [String] {
        VisibleText.escape(text).replacing("planrun:", with: "planrun :").wrapped(width: 110)
            .split(separator: "\n").map { "# \($0)" }
    }

    private func spelled(_ text: String) -> String { YAMLFormatter.spelling(of: text) }

    private func title(_ member: Discovery.Member) -> String {
        [member.engine.rawValue, member.version].compactMap(\.self).joined(separator: " ")
    }
}

/// Source, target and Sentinels.
extension PlanDraft {
    private var sourceComment: String {
        var facts = [title(found.source)]
        if let keys = found.keys { facts.append(keys.counted("key", "keys")) }
        if let size = found.datasetText { facts.append("\(size) in memory") }
        return "The server that is the primary now: \(facts.joined(separator: ", "))."
    }

    private var targetComment: String { "The server that shall be the primary: \(title(found.target))." }

    private var sentinelComment: String {
        found.sentinels.count == 1
            ? "The Sentinel that watches the source. Applications ask it where the primary is."
            : "The Sentinels that watch the source, all of them. Applications ask them where the primary is."
    }

    private func section(_ key: String, _ member: Discovery.Member) -> [String] {
        ["\(key):", "  address: \(spelled("\(member.endpoint)"))", "  engine: \(member.engine.rawValue)"]
            + access(member.access)
    }

    private var sentinel: [String] {
        ["sentinel:", "  primary: \(spelled(found.primary))", "  addresses:"]
            + found.sentinels.map { "    - \(spelled("\($0)"))" } + access(found.sentinelAccess)
    }

    private func access(_ access: Access) -> [String] {
        var lines: [String] = []
        if let username = access.username { lines.append("  username: \(spelled(username))") }
        switch access.password {
        case .environment(let name): lines.append("  password: { env: \(spelled(name)) }")
        case .file(let path): lines.append("  password: { file: \(spelled(path)) }")
        case nil: break
        }
        guard let tls = access.tls else { return lines }
        let files = [("ca", tls.ca), ("cert", tls.certificate), ("key", tls.key)].compactMap { key, path in
            path.map { "\(key): \(spelled($0))" }
        }
        return lines + ["  tls: \(files.isEmpty ? "true" : "{ \(files.joined(separator: ", ")) }")"]
    }
}

/// The steps, each as the lines of a list.
extension PlanDraft {
    private var steps: [[String]] {
        let backup = [
            "# The source saves its data on its own disk.",
            "- backup: \(copyTimeout.map { "{ timeout: \($0) }" } ?? "{}")",
        ]
        let users =
            found.bringsUsers
            ? [["# The target gets the users that it lacks, with their rights.", "- users: {}"]] : []
        return [["# Asks what could go wrong, and changes nothing.", "- preflight: {}"], backup] + users + [
            [
                "# The target follows the source. Until the failover this is undone by detaching it again.",
                "- replicaof: {}",
            ],
            wait, comparison,
            [
                "# A person decides. Nothing so far has touched what applications see.",
                "- approval: \(spelled("Cut over from \(found.source.endpoint) to \(found.target.endpoint)?"))",
            ],
            failover,
            [
                "# Does every Sentinel name the target, does it take writes, and is the source out of the way?",
                "- verify: { id: cutover }",
            ],
        ]
    }

    private var wait: [String] {
        let reckoning =
            if let size = found.datasetText, let time = found.copyTime {
                ["# Copying \(size) takes about \(Self.rounded(time).planText)."]
            } else { ["# How long that takes is not known."] }
        let limits = "max-lag: 64KiB, stable-for: 5s, timeout: \(copyTimeout ?? Self.usualTimeout.planText)"
        return ["# Waits until the target has everything and has kept up for a while."] + reckoning + [
            "- wait-for-sync: { \(limits) }"
        ]
    }

    /// What steps that move or save all data may take: `2h` unless that could be too little.
    private static let usualTimeout = Duration.seconds(2 * 3600)

    /// Three times the reckoned time, in whole hours; `nil` if the usual time is enough.
    private var copyTimeout: String? {
        guard let time = found.copyTime, time * 3 > Self.usualTimeout else { return nil }
        return Duration.seconds((time * 3 / .seconds(3600)).rounded(.up) * 3600).planText
    }

    private static func rounded(_ time: Duration) -> Duration {
        .seconds(max(1, (time / .seconds(1)).rounded(.up)))
    }

    /// As many keys as can be compared within some hours.
    private static let mostComparedKeys: Int64 = 100_000_000

    private var comparison: [String] {
        guard let keys = found.keys, keys > Self.mostComparedKeys else {
            return [
                "# Every key is read from both servers, with its value and expiry.",
                "- verify: { id: data, data: full }",
            ]
        }
        return [
            "# Some keys, drawn by chance, are read from both servers. 'data: full' would read all \(keys).",
            "- verify: { id: data, data: sample, keys: 1000000 }",
        ]
    }

    private var failover: [String] {
        let way: (setting: FailoverStep.Method, reason: String) =
            if let obstacle = found.announcementObstacle {
                (
                    .sentinel,
                    "A Sentinel is asked to promote the target. 'via: fastest' is not possible now: \(obstacle)."
                )
            } else {
                (.fastest, "Now the fastest way is that all \(found.sentinels.count) Sentinels are told at once.")
            }
        return comment(
            """
            The point of no return. Writes wait while the target catches up; if it does not within write-pause, they go \
            on at the source, and the step is tried again.
            """) + comment(way.reason) + replicas + downAfter + [
                "- failover: { via: \(way.setting.rawValue), write-pause: \(writePause.planText) }"
            ]
    }

    private var replicas: [String] {
        guard !found.replicas.isEmpty else { return [] }
        let names = found.replicas.map { "\($0)" }.joined(separator: ", ")
        let isOne = found.replicas.count == 1
        let others = "\(isOne ? "The other replica" : "The other replicas"), \(names),"
        guard let obstacle = found.followingObstacle else {
            return comment("\(others) \(isOne ? "follows" : "follow") the target afterwards.")
        }
        return comment(
            "\(others) cannot follow the target: \(obstacle). \(isOne ? "It is" : "They are") detached, and \(isOne ? "takes" : "take") no writes."
        )
    }

    private var downAfter: [String] {
        found.downAfter.map { comment("The Sentinels take a server for down after \($0.planText).") } ?? []
    }

    /// At most half of the time after which a Sentinel takes the source for down, because its PING waits, too.
    private var writePause: Duration {
        let usual = FailoverStep().writePause
        guard let downAfter = found.downAfter, downAfter < usual * 2 else { return usual }
        return .milliseconds(max(1, Int64(downAfter / .milliseconds(2))))
    }

    private var wayBack: String {
        if found.followingObstacle != nil {
            return "the source can take over again without what was written since, if a person agrees."
        }
        return keepsWayBack
            ? "the source follows the target, and takes over again without losing a write."
            : "the source can take over again, with what was written since if its version can follow the target."
    }

    private var rollback: [String] {
        [
            "  # Before the point of no return: what was done is undone.", "  on-failure: automatic",
            "  # After it: \(wayBack)",
            "  after-cutover: \(keepsWayBack ? "keep" : "discard-writes")",
        ]
    }

    /// Whether the source can follow the target, by the versions of both.
    private var keepsWayBack: Bool {
        found.followingObstacle == nil && found.source.version != nil && found.target.version != nil
    }
}
