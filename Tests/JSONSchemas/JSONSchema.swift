package import Execution
import FoundationEssentials

/// A validator for the part of JSON Schema draft-07 that the schemas of what planrun writes use. An unknown keyword
/// counts as a mistake.
package struct JSONSchema {
    package let root: StateValue

    package init(path: String) throws {
        root = try JSONDecoder().decode(StateValue.self, from: try Data(contentsOf: URL(filePath: path)))
    }

    /// Where and why the value does not fit the schema; empty if it fits.
    package func mistakes(in value: StateValue, _ schema: StateValue? = nil, at path: String = "$") -> [String] {
        guard case .object(let keywords) = schema ?? root else { return ["\(path): no schema"] }
        if let reference = keywords["$ref"]?.string { return mistakes(in: value, definition(reference), at: path) }
        return keywords.sorted { $0.key < $1.key }.flatMap { keyword, argument in
            mistakes(in: value, keyword, argument, keywords, at: path)
        }
    }

    package func definition(_ reference: String) -> StateValue? {
        reference.split(separator: "/").dropFirst().reduce(root as StateValue?) { $0?[String($1)] }
    }

    private func mistakes(
        in value: StateValue, _ keyword: String, _ argument: StateValue, _ all: [String: StateValue], at path: String
    ) -> [String] {
        let fits: Bool
        switch (keyword, argument) {
        case ("$schema", _), ("$id", _), ("title", _), ("description", _), ("definitions", _): fits = true
        case ("const", let constant): fits = value == constant
        case ("enum", .array(let values)): fits = values.contains(value)
        case ("type", .string(let type)): fits = value.jsonType == type || type == "number" && value.int != nil
        case ("minimum", .int(let minimum)): fits = value.number.map { $0 >= Double(minimum) } ?? true
        case ("minLength", .int(let minimum)): fits = value.string.map { $0.count >= minimum } ?? true
        case ("pattern", .string(let pattern)):
            fits = value.string.map { (try? Regex(pattern).firstMatch(in: $0)) != nil } ?? true
        case ("required", .array(let keys)): fits = keys.allSatisfy { $0.string.flatMap { value[$0] } != nil }
        case ("additionalProperties", .bool(false)):
            guard case .object(let members) = value else { return [] }
            fits = members.keys.allSatisfy { all["properties"]?[$0] != nil }
        case ("additionalProperties", let schema):
            guard case .object(let members) = value else { return [] }
            return members.filter { all["properties"]?[$0.key] == nil }.flatMap { key, member in
                mistakes(in: member, schema, at: "\(path).\(key)")
            }
        case ("properties", .object(let properties)):
            return properties.flatMap { key, schema in
                value[key].map { mistakes(in: $0, schema, at: "\(path).\(key)") } ?? []
            }
        case ("items", let schema):
            return (value.array ?? []).enumerated().flatMap { mistakes(in: $1, schema, at: "\(path)[\($0)]") }
        default: return ["\(path): the test does not know the keyword '\(keyword)'"]
        }
        return fits ? [] : ["\(path): \(keyword)"]
    }
}

extension StateValue {
    fileprivate var jsonType: String {
        switch self {
        case .null: "null"
        case .bool: "boolean"
        case .int: "integer"
        case .double: "number"
        case .string: "string"
        case .array: "array"
        case .object: "object"
        }
    }
}
