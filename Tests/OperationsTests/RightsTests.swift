import Diagnostics
import PlanModel
import Testing

@testable import Operations

/// The rights that planrun asks for, plan by plan.
@Suite struct RightsTests {
    private static let base = ["client|setname", "info", "config|get", "ping", "client|list"]
    private static let watching = ["pubsub|numsub", "subscribe"]
    private static let fencing = [
        "config|set", "config|rewrite", "client|pause", "client|unpause", "multi", "client|kill", "exec",
    ]
    private static let probing = ["set", "del"]
    /// Of a target that is no candidate until it has everything.
    private static let candidacy = ["config|set", "config|rewrite"]

    private func rights(
        _ steps: [String], sentinel: Bool = true, target: String = "redis", after: String = "stop"
    ) throws -> Rights {
        let text = """
            version: 1
            name: p
            source: { address: 10.0.0.1:6379, engine: redis }
            target: { address: 10.0.0.2:6379, engine: \(target) }
            \(sentinel ? "sentinel: { primary: p, addresses: [10.0.0.3:26379] }" : "")
            steps:
            \(steps.map { "  - \($0)" }.joined(separator: "\n"))
            rollback: { after-cutover: \(after) }

            """
        let reading = Plan.read(
            SourceFile(path: "plan.yaml", text: text), checks: PreflightCatalogue.declarations)
        return try #require(reading.plan, "\(TextRenderer().render(reading.diagnostics))").rights
    }

    private func commands(_ rights: Rights, _ part: Rights.Place) -> Set<String> { Set(rights[part].map(\.command)) }

    private func cutover(_ settings: String) -> [String] {
        ["replicaof: {}", "wait-for-sync: {}", "failover: { \(settings) }"]
    }

    @Test func `following takes little, and its way back empties the target and resets the Sentinels`() throws {
        let rights = try rights(["replicaof: {}"])
        #expect(commands(rights, .source) == Set(Self.base + Self.watching))
        #expect(
            commands(rights, .target) == Set(Self.base + Self.watching + Self.candidacy + ["replicaof", "flushall"]))
        #expect(
            commands(rights, .sentinel) == [
                "client|setname", "info", "ping", "client|list", "sentinel|get-master-addr-by-name",
                "sentinel|master", "sentinel|replicas", "sentinel|sentinels", "sentinel|myid", "sentinel|masters",
                "sentinel|reset",
            ])
    }

    @Test func `a cutover takes what its method and the resting state of the source need`() throws {
        let plain = try rights(cutover("resting: follow, replicas: { after-cutover: follow }"))
        #expect(
            commands(plain, .source)
                == Set(Self.base + Self.watching + Self.fencing + Self.probing + ["replicaof"]))
        #expect(
            commands(plain, .target)
                == Set(
                    Self.base + Self.watching + Self.candidacy + Self.probing
                        + ["replicaof", "flushall", "role", "command"]))
        #expect(commands(plain, .sentinel).contains("sentinel|failover"))
        #expect(!commands(plain, .sentinel).contains("publish"))
        for method in ["announce", "fastest"] {
            #expect(commands(try rights(cutover("via: \(method)")), .sentinel).contains("publish"), "\(method)")
        }
        for settings in ["via: shutdown", "resting: shutdown"] {
            #expect(commands(try rights(cutover(settings)), .source).contains("shutdown"), "\(settings)")
        }
        #expect(!commands(plain, .source).contains("shutdown"))
        let promoted = try rights(cutover("via: promote"), sentinel: false)
        #expect(promoted[.sentinel] == [])
        #expect(!commands(promoted, .target).contains("config|set"))
    }

    @Test func `a way back after the cutover fences the target, too`() throws {
        let stays = try rights(cutover("via: sentinel"))
        let returns = try rights(cutover("via: sentinel"), after: "discard-writes")
        #expect(
            commands(returns, .target).subtracting(commands(stays, .target))
                == Set(Self.fencing).subtracting(Self.candidacy))
        #expect(commands(returns, .source).subtracting(commands(stays, .source)) == ["command"])
        #expect(commands(returns, .sentinel).subtracting(commands(stays, .sentinel)) == ["publish"])
    }

    @Test func `a check that is off needs nothing`() throws {
        let all = commands(try rights(["preflight: {}"]), .source)
        let fewer = commands(
            try rights(["preflight: { functions: off, modules: off, big-keys: off, string-length: off }"]), .source)
        #expect(
            all.subtracting(fewer) == [
                "function|list", "module|list", "select", "randomkey", "memory|usage", "strlen", "type",
            ])
    }

    @Test func `a Dragonfly is recognised by the name of a connection`() throws {
        #expect(commands(try rights(["replicaof: {}"], target: "dragonfly"), .target).contains("client|getname"))
        #expect(!commands(try rights(["replicaof: {}"]), .target).contains("client|getname"))
    }

    @Test func `keys and channels are named with the commands that need them`() throws {
        let rights = try rights(cutover("via: announce") + ["verify: {}"])
        let rules = rights[.target].map(\.rule).filter { $0.contains(" ") }
        #expect(
            Set(rules) == [
                "+subscribe &__sentinel__:hello", "+set ~planrun:probe:*", "+del ~planrun:probe:*",
                "+set ~planrun:verify:*", "+get ~planrun:verify:*", "+del ~planrun:verify:*",
            ])
        #expect(
            RightsInquiry.words(rights[.target].filter { ["set", "del"].contains($0.command) })
                == "+set ~planrun:probe:* +del ~planrun:verify:*")
    }

    @Test func `a pattern that adds nothing is left out, since a server refuses it`() {
        #expect(
            RightsInquiry.words([.set("a:"), .stringLength, .delete("a:")]) == "+set +strlen ~* +del")
    }
}
