import Execution
import PlanModel
import RESP
import RedisTopology
import Values

/// The source's machine has enough memory for a save: while a child process saves the data, each page that is written
/// is copied.
struct ForkCheck: Check {
    static let declaration = CheckDeclaration(
        id: "fork-headroom", title: "the source's machine has memory for the fork of a full sync", severity: .warn,
        limits: [
            .init(
                key: "share", defaultValue: .percentage(50), weaker: .lower,
                meaning: "how much of the source's memory may be copied while it saves")
        ])

    static func applies(to plan: Plan) -> Bool { plan.source.engine != .dragonfly }

    func run(_ servers: Servers, limits: CheckLimits) async throws -> Finding {
        let memory = try await servers.source.memory()
        guard let total = memory.machineTotal, let resident = memory.resident
        else { return .passed("the source does not tell how much memory its machine has") }
        let needed = (resident / 100).multiplied(saturating: Int64(limits.percentage("share")))
        let free = total - resident
        let text =
            "the machine has \(ByteCount(bytes: total).text), the source uses \(ByteCount(bytes: resident).text) of it"
        if free >= needed { return .passed(text) }
        return .missed(
            text, wants: "\(ByteCount(bytes: needed).text) free while it saves", at: [servers.source.name],
            remedy: ["free memory on that machine, or sync at a time with few writes"])
    }
}
