import Execution
import FoundationEssentials

extension StateValue {
    /// - Precondition: encodes to JSON; the types kept in the state file are plain records.
    init(_ record: some Encodable) {
        do {
            self = try JSONDecoder().decode(StateValue.self, from: JSONEncoder().encode(record))
        } catch {
            preconditionFailure("a record of the state file does not encode: \(error)")
        }
    }

    /// What an earlier attempt recorded.
    /// - Throws: `StepFailure` where the state file holds something else.
    func decode<Record: Decodable>(_ type: Record.Type) throws -> Record {
        do {
            return try JSONDecoder().decode(type, from: JSONEncoder().encode(self))
        } catch {
            throw StepFailure(
                code: .stateRecordUnreadable, what: "the state file holds no readable record of this step",
                world: ["nothing was changed by this attempt"],
                help: ["was the state file edited by hand? restore it from a copy"])
        }
    }
}
