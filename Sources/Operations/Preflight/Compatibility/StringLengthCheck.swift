import Execution
import PlanModel
import RESP
import RedisTopology
import Values

/// The target accepts strings as long as the source does. A client that sends a longer one loses its connection.
struct StringLengthCheck: Check {
    static let declaration = CheckDeclaration(
        id: "string-length", title: "the target takes strings as long as the source does (proto-max-bulk-len)",
        severity: .warn,
        limits: [
            .init(
                key: "sample", defaultValue: .count(200), weaker: .lower,
                meaning: "how many keys are looked at, taken by chance")
        ])

    /// The default limit of Redis and Valkey, and of Dragonfly (`--max_bulk_len`).
    private static let standard: Int64 = 512 << 20
    private static let standardOfDragonfly: Int64 = 2 << 30

    static func rights(in plan: Plan) -> Rights { KeySample.rights([.memoryUsage, .stringLength]) }

    func run(_ servers: Servers, limits: CheckLimits) async throws -> Finding {
        async let taken = [servers.source, servers.target].atOnce { try await Self.limit(of: $0) }
        let strings = try await KeySample.read(servers, count: limits.count("sample")).entries.compactMap(\.length)
        let (source, target) = (ByteCount(bytes: try await taken[0]), ByteCount(bytes: try await taken[1]))
        let longest = strings.max().map {
            "; the longest of \(strings.count.counted("string", "strings")) has \(ByteCount(bytes: $0).text)"
        }
        guard target < source else {
            return .passed("the target takes strings of \(target.text), the source of \(source.text)\(longest ?? "")")
        }
        let isDragonfly = servers.plan.target.engine == .dragonfly
        return .missed(
            "the target takes strings of \(target.text) at most, the source of \(source.text)\(longest ?? "")",
            wants: "strings as long as at the source", at: [servers.target.name],
            remedy: [
                isDragonfly
                    ? "start the target with --max_bulk_len=\(source.bytes)"
                    : "\(AdvisedCommand.stringLength.line("\(source.bytes)")) on \(servers.target.endpoint)"
            ])
    }

    private static func limit(of server: Server) async throws -> Int64 {
        let values = try await server.settings(["proto-max-bulk-len", "max-bulk-len"])
        if let value = (values["proto-max-bulk-len"] ?? values["max-bulk-len"]).flatMap({ Int64($0) }) { return value }
        return try await server.serverInfo().engine == .dragonfly ? standardOfDragonfly : standard
    }
}
