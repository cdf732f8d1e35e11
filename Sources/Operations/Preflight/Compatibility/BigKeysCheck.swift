import Execution
import NIOCore
import PlanModel
import RESP

/// No key, among some taken by chance, is so big that moving it stalls a server.
struct BigKeysCheck: Check {
    static let declaration = CheckDeclaration(
        id: "big-keys", title: "no key is huge", severity: .warn,
        limits: [
            .init(key: "sample", defaultValue: .count(200), meaning: "how many keys are looked at, taken by chance"),
            .init(
                key: "largest", defaultValue: .size(ByteCount(bytes: 64 << 20)),
                meaning: "how much memory one key may use"),
        ])

    func run(_ servers: Servers, limits: CheckLimits) async throws -> Finding {
        let sample = limits.count("sample")
        let picks = try await servers.source.replies(to: Array(repeating: ["RANDOMKEY"], count: sample))
        let keys = Set(picks.compactMap { pick in if case .bulkString(let bytes) = pick { bytes } else { nil } })
        guard !keys.isEmpty else { return .passed("no keys in database 0") }
        let list = Array(keys)
        let sizes = try await servers.source.replies(
            to: list.map { Command(arguments: [.init(string: "MEMORY"), .init(string: "USAGE"), $0]) })
        let largest = zip(list, sizes).max { ($0.1.integer ?? 0) < ($1.1.integer ?? 0) }
        let size = ByteCount(bytes: largest?.1.integer ?? 0)
        guard size > limits.size("largest"), let key = largest?.0 else {
            return .passed("the largest of \(keys.count) keys uses \(size.text)")
        }
        return .missed(
            "the key '\(String(buffer: key).printable(limit: 60))' uses \(size.text)",
            wants: "\(limits.size("largest").text) at most (of \(keys.count) keys looked at)",
            at: [servers.source.name],
            remedy: ["split it up before the move, or rehearse with a key of that size"])
    }
}
