import Execution
import FoundationEssentials

extension StateValue {
    /// - Precondition: the record encodes to JSON, as the plain records of the state file do.
    init(_ record: some Encodable) {
        do {
            self = try JSONDecoder().decode(StateValue.self, from: JSONEncoder().encode(record))
        } catch {
            preconditionFailure("a record of the state file does not encode: \(error)")
        }
    }

    /// Reads what an earlier attempt recorded.
    /// - Throws: `StepFailure` if the state file holds something else.
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
