import Escaping
import Execution
import Operations

/// Puts the measurements and findings of a step into words: `pauseSeconds: 0.042` becomes `pause 0.042 s`. What is for a
/// plot is left out.
enum FactLines {
    static func lines(_ facts: [String: StateValue]) -> [String] {
        facts.filter { $0.key != WritesSeen.fact }.sorted { $0.key < $1.key }.compactMap { key, value in
            let isTime = key.hasSuffix("Seconds")
            guard let text = text(value, unit: isTime ? " s" : "") else { return nil }
            return "\(words(isTime ? String(key.dropLast("Seconds".count)) : key)) \(VisibleText.escape(text))"
        }
    }

    private static func text(_ value: StateValue, unit: String) -> String? {
        switch value {
        case .null: nil
        case .bool(let flag): flag ? "yes" : "no"
        case .int(let number): "\(number)\(unit)"
        case .double(let number): "\(number)\(unit)"
        case .string(let text): text
        case .array(let values): values.compactMap { text($0, unit: unit) }.joined(separator: ", ")
        case .object(let values):
            values.sorted { ($0.value.number ?? 0, $0.key) < ($1.value.number ?? 0, $1.key) }.compactMap { key, value in
                text(value, unit: unit).map { "\(key) after \($0)" }
            }.joined(separator: ", ")
        }
    }

    /// Turns `methodReason` into `method reason`.
    private static func words(_ key: String) -> String {
        key.reduce(into: "") { text, character in
            text += character.isUppercase ? " \(character.lowercased())" : String(character)
        }
    }
}
