import Execution
import PlanModel
import Values

/// No key in a random sample is so big that moving it stalls a server.
struct BigKeysCheck: Check {
    static let declaration = CheckDeclaration(
        id: "big-keys", title: "no key is huge", severity: .warn,
        limits: [
            .init(
                key: "sample", defaultValue: .count(200), weaker: .lower,
                meaning: "how many keys are looked at, taken by chance"),
            .init(
                key: "largest", defaultValue: .size(ByteCount(bytes: 64 << 20)), weaker: .higher,
                meaning: "how much memory one key may use"),
        ])

    static func rights(in plan: Plan) -> Rights { KeySample.rights([.memoryUsage, .stringLength]) }

    func run(_ servers: Servers, limits: CheckLimits) async throws -> Finding {
        let keys = try await KeySample.read(servers, count: limits.count("sample")).entries
        guard let largest = keys.max(by: { $0.memory < $1.memory }) else { return .passed("the source has no keys") }
        let looked = keys.count.counted("key", "keys")
        let size = ByteCount(bytes: largest.memory)
        guard size > limits.size("largest") else { return .passed("the largest of \(looked) uses \(size.text)") }
        return .missed(
            "the key \(largest.title) uses \(size.text)",
            wants: "\(limits.size("largest").text) at most (of \(looked) looked at)", at: [servers.source.name],
            remedy: ["split it up before the move, or rehearse with a key of that size"])
    }
}
