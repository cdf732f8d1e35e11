import Diagnostics
import Escaping
import PlanModel
import Values

/// How a person reaches the servers of a plan from a shell: one function for each, so that the lines are short.
struct HandShell: Sendable {
    typealias Line = Runbook.Line

    private let plan: Plan
    private let scene: CommandScene

    init(_ scene: CommandScene) {
        plan = scene.plan
        self.scene = scene
    }

    /// `on_source`, `on_sentinel_2`
    func function(_ place: Rights.Place, _ address: Endpoint) -> String {
        switch place {
        case .source: return "on_source"
        case .target: return "on_target"
        case .sentinel: return numbered("on_sentinel", scene.sentinels, address)
        case .replica: return numbered("on_replica", scene.others, address)
        }
    }

    func function(_ party: CommandScript.Party) -> String { function(party.place, party.address) }

    private func numbered(_ name: String, _ parties: [CommandScript.Party], _ address: Endpoint) -> String {
        "\(name)_\((parties.firstIndex { $0.address == address } ?? 0) + 1)"
    }

    private func access(_ party: CommandScript.Party) -> Access {
        switch party.place {
        case .source, .replica: plan.source.access
        case .target: plan.target.access
        case .sentinel: plan.sentinel?.access ?? Access()
        }
    }

    private var all: [CommandScript.Party] { [scene.source, scene.target] + scene.others + scene.sentinels }

    var functions: [String] {
        all.map(definition) + [
            "value() { tr -d '\\r' | sed -n \"s/^$1://p\"; }",
            "caught_up() { test \"$($2 INFO replication | value slave_repl_offset)\" -ge \"$($1 INFO replication | value master_repl_offset)\" && echo caught up; }",
        ] + (scene.sentinels.isEmpty ? [] : sentinelFunctions)
    }

    private var sentinelFunctions: [String] {
        let name = scene.primaryName.shellWord
        let address = "$0==\"ip\"{getline ip} $0==\"port\"{getline port}"
        return [
            "shown_by() { $1 SENTINEL MASTER \(name) | awk '\(address) END{print ip\":\"port}'; }",
            "candidates_of() { $1 SENTINEL REPLICAS \(name) | awk '\(address) $0==\"slave-priority\"{getline p; if (p>0) print ip\":\"port}'; }",
            "others_of() { $1 SENTINEL MASTER \(name) | awk '$0==\"num-other-sentinels\"{getline; print}'; }",
        ]
    }

    /// The password reaches `redis-cli` through the environment, so that no list of processes shows it.
    private func definition(_ party: CommandScript.Party) -> String {
        let access = access(party)
        var words = ["redis-cli", "-e", "-h", party.address.host, "-p", "\(party.address.port)"]
        if let tls = access.tls {
            let files = [
                ("--cacert", tls.ca.map(resolve)), ("--cert", tls.certificate.map(resolve)),
                ("--key", tls.key.map(resolve)), ("--sni", tls.serverName),
            ]
            words += ["--tls"] + (tls.verifies ? [] : ["--insecure"])
            words += files.flatMap { name, value in value.map { [name, $0] } ?? [] }
        }
        if let user = access.username { words += ["--user", user] }
        let login = access.password.map { "REDISCLI_AUTH=\"\(secret($0))\" " } ?? ""
        return "\(function(party))() { \(login)\(words.map(\.shellWord).joined(separator: " ")) \"$@\"; }"
    }

    /// Paths in a plan are relative to its folder.
    private func resolve(_ path: String) -> String { PlanPath.resolve(path, planPath: plan.file.path) }

    func secret(_ reference: SecretReference) -> String {
        switch reference {
        case .environment: reference.shellText
        case .file(let path): SecretReference.file(resolve(path)).shellText
        }
    }

    var variables: [String] {
        var names: [String] = []
        let references =
            all.compactMap { access($0).password }
            + [plan.replicationPassword, plan.monitor?.password].compactMap(\.self)
            + (plan.users?.passwords.sorted { $0.key < $1.key }.map(\.value) ?? []) + plan.hookSecrets
        for case .environment(let name) in references where !names.contains(name) { names.append(name) }
        return names
    }

    // MARK: lines

    /// A secret comes from standard input, as the last word: `redis-cli -x` takes it from there.
    func line(_ command: ForeseenCommand) -> Line {
        let condition = command.condition.map { ", \($0)" } ?? ""
        let comment = "\(command.answer): \(command.why)\(condition)"
        let name = function(command.place, command.address)
        let secrets = command.words.filter { if case .secret = $0 { true } else { false } }
        let rest = command.words.filter { !secrets.contains($0) }.map(\.text).joined(separator: " ")
        guard case .secret(let reference, let prefix)? = secrets.first else {
            return Line(shell: "\(name) \(rest)", comment: comment)
        }
        return Line(shell: "printf %s \"\(prefix)\(secret(reference))\" | \(name) -x \(rest)", comment: comment)
    }

    func lines(_ commands: [ForeseenCommand]) -> [Line] { commands.map(line) }

    func look(_ party: CommandScript.Party, _ command: String, shows text: String, _ comment: String) -> Line {
        Line(shell: "\(function(party)) \(command) | grep -F \(text.shellWord)", comment: comment)
    }

    func follows(_ party: CommandScript.Party) -> [Line] {
        [
            look(
                party, "INFO replication", shows: "master_link_status:up",
                "\(function(party)) follows, and the link is up"),
            look(party, "INFO replication", shows: "master_sync_in_progress:0", "and its full sync is over"),
        ]
    }

    func hasCaughtUp(_ party: CommandScript.Party, with primary: CommandScript.Party) -> Line {
        Line(shell: "caught_up \(function(primary)) \(function(party))", comment: "it has every byte of the other one")
    }

    func shown(_ party: CommandScript.Party) -> [Line] {
        scene.sentinels.map { sentinel in
            Line(
                shell: "shown_by \(function(sentinel)) | grep -Fx \("\(party.address)".shellWord)",
                comment: "\(function(sentinel)) sends everybody there")
        }
    }

    func onlyCandidate(_ party: CommandScript.Party) -> [Line] {
        scene.sentinels.map { sentinel in
            Line(
                shell:
                    "test \"$(candidates_of \(function(sentinel)))\" = \("\(party.address)".shellWord) && echo the only candidate",
                comment: "it could promote no other one; it looks at each every 10 s")
        }
    }

    func seesOthers(_ sentinel: CommandScript.Party) -> Line {
        Line(
            shell: "others_of \(function(sentinel)) | grep -Fx \(scene.sentinels.count - 1)",
            comment: "it has found the other Sentinels again")
    }
}
