import FoundationEssentials
import PlanGraph

/// The bytes of a state file and what they mean.
struct StateDocument {
    let path: String
    let bytes: [UInt8]

    static func encode(_ state: RunState) -> [UInt8] { json(of: state) }

    /// Part of a state, as it stands in the file.
    static func json(of value: some Encodable) -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        // JSON has no spelling for infinity and NaN, and a measurement that is one of them must not make a checkpoint
        // fail.
        encoder.nonConformingFloatEncodingStrategy = .convertToString(
            positiveInfinity: "Infinity", negativeInfinity: "-Infinity", nan: "NaN")
        guard let data = try? encoder.encode(value) else {
            preconditionFailure("a run state holds only strings, numbers and lists of them")
        }
        return [UInt8](data) + [UInt8(ascii: "\n")]
    }

    func state() throws(StoreFailure) -> RunState {
        // The format is read first: everything else may look different in a state that a newer planrun wrote.
        let format = try decode(Header.self).format
        guard format <= RunState.newestFormat else { throw .newer(path, format) }
        guard format >= 1 else { throw .corrupted(path, "'format' is \(format)") }
        let state = try decode(RunState.self)
        var seen = Set<NodeID>()
        if let twice = state.nodes.first(where: { !seen.insert($0.id).inserted }) {
            throw .corrupted(path, "it holds the step '\(twice.id)' twice")
        }
        return state
    }

    private struct Header: Decodable { let format: Int }

    private func decode<Value: Decodable>(_ type: Value.Type) throws(StoreFailure) -> Value {
        do {
            return try JSONDecoder().decode(type, from: Data(bytes))
        } catch {
            throw .corrupted(path, describe(error))
        }
    }

    private func describe(_ error: any Error) -> String {
        if bytes.isEmpty { return "it is empty" }
        if let mistake = JSONSyntax.firstMistake(in: bytes) {
            return mistake.isCutOff
                ? "it ends in the middle, in line \(mistake.line)"
                : "it stops being JSON in line \(mistake.line), column \(mistake.column)"
        }
        switch error as? DecodingError {
        case .keyNotFound(let key, let context): return "\(place(context.codingPath + [key])) is missing"
        case .typeMismatch(_, let context), .valueNotFound(_, let context), .dataCorrupted(let context):
            return "\(place(context.codingPath)) is not what belongs there"
        default: return "it is no state file"
        }
    }

    /// A place in the JSON as messages name it: `'nodes[3].status'`.
    private func place(_ path: [any CodingKey]) -> String {
        guard !path.isEmpty else { return "the text as a whole" }
        return path.reduce(into: "'") { text, key in
            if let index = key.intValue {
                text += "[\(index)]"
            } else {
                text += (text == "'" ? "" : ".") + key.stringValue
            }
        } + "'"
    }
}
