import FoundationEssentials

/// The bytes of a state file and what they mean.
struct StateDocument {
    let path: String
    let bytes: [UInt8]

    static func encode(_ state: RunState) -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        encoder.nonConformingFloatEncodingStrategy = .convertToString(
            positiveInfinity: "Infinity", negativeInfinity: "-Infinity", nan: "NaN")
        guard let data = try? encoder.encode(state) else {
            preconditionFailure("a run state holds only strings, numbers and lists of them")
        }
        return [UInt8](data) + [UInt8(ascii: "\n")]
    }

    func state() throws(StateFileError) -> RunState {
        let data = Data(bytes)
        do {
            // The format first: what a newer planrun writes need not look like this one's state in any other way.
            let format = try JSONDecoder().decode(Header.self, from: data).format
            guard format <= RunState.newestFormat else { throw StateFileError.newer(path, format) }
            guard format >= 1 else { throw StateFileError.corrupted(path, "'format' is \(format)") }
            let state = try JSONDecoder().decode(RunState.self, from: data)
            var seen = Set<String>()
            if let twice = state.nodes.first(where: { !seen.insert($0.id).inserted }) {
                throw StateFileError.corrupted(path, "the node '\(twice.id)' is in it twice")
            }
            return state
        } catch let error as StateFileError {
            throw error
        } catch {
            throw .corrupted(path, JSONPlace.description(of: error, in: bytes))
        }
    }

    private struct Header: Decodable { let format: Int }
}
