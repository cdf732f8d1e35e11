import Execution

/// What the record of a run keeps of a command, from before it is started.
struct HookRecord: Sendable, Equatable, Codable {
    /// As it was started: the plan may have been changed since.
    var command: [String]
    var startedAt: Timestamp
    var endedAt: Timestamp?
    /// `nil` until the command has ended by itself.
    var exitCode: Int?
    /// Its last lines, without secrets.
    var output: [String] = []

    /// The command begins again: what is known of an earlier attempt does not hold any more.
    static func begun(_ command: [String]) -> HookRecord { HookRecord(command: command, startedAt: .now) }

    func ended(_ end: HookEnd) -> HookRecord {
        var record = self
        (record.endedAt, record.exitCode, record.output) = (.now, end.exitCode, end.output)
        return record
    }
}
