import YAMLTree

/// A validator for the part of JSON Schema draft-07 that the plan schema uses. An unknown keyword counts as a problem,
/// so that none is passed over.
struct SchemaValidator {
    /// What the schema does not allow in `node`; empty if it is valid.
    func problems(_ node: YAMLNode, _ schema: JSONValue, at path: String = "$") -> [String] {
        (schema.object ?? [:]).sorted { $0.key < $1.key }.flatMap { keyword, value -> [String] in
            switch keyword {
            case "$schema", "title", "description", "default", "examples": []
            case "properties": members(node, schema, at: path)
            case "additionalProperties": schema["properties"] == nil ? members(node, schema, at: path) : []
            case "anyOf": value.array?.contains { problems(node, $0).isEmpty } == true ? [] : ["\(path): none of anyOf"]
            case "oneOf": value.array?.count { problems(node, $0).isEmpty } == 1 ? [] : ["\(path): not one of oneOf"]
            case "items":
                (node.elements ?? []).enumerated().flatMap { problems($0.element, value, at: "\(path)[\($0.offset)]") }
            case "dependencies": dependencies(node, value, at: path)
            default: holds(keyword, value, node) ? [] : ["\(path): \(keyword) \(value.planText)"]
            }
        }
    }

    private func members(_ node: YAMLNode, _ schema: JSONValue, at path: String) -> [String] {
        (node.entries ?? []).flatMap { entry in
            if let member = schema["properties"]?[entry.key] {
                return problems(entry.value, member, at: "\(path).\(entry.key)")
            }
            guard let others = schema["additionalProperties"] else { return [] }
            if others.bool == false { return ["\(path): unknown \(entry.key)"] }
            return problems(entry.value, others, at: "\(path).\(entry.key)")
        }
    }

    private func dependencies(_ node: YAMLNode, _ value: JSONValue, at path: String) -> [String] {
        let keys = Set((node.entries ?? []).map(\.key))
        return (value.object ?? [:]).filter { key, needed in
            keys.contains(key) && !(needed.array ?? []).allSatisfy { keys.contains($0.string ?? "") }
        }.keys.map { "\(path): dependencies of \($0)" }
    }

    private func holds(_ keyword: String, _ value: JSONValue, _ node: YAMLNode) -> Bool {
        switch keyword {
        case "type": (value.array ?? [value]).contains { $0.string.map(node.isOfType) ?? false }
        case "enum": value.array?.contains(node.jsonScalar) == true
        case "const": node.jsonScalar == value
        case "required":
            (value.array ?? []).allSatisfy { key in node.entries.map { $0.contains { $0.key == key.string } } ?? true }
        case "pattern":
            node.text.map { text in
                value.string.flatMap { try? Regex($0) }.flatMap { try? $0.firstMatch(in: text) } != nil
            } ?? true
        case "minLength": node.text.map { $0.unicodeScalars.count >= value.int ?? 0 } ?? true
        case "minimum": node.integer.map { $0 >= value.int ?? 0 } ?? true
        case "maximum": node.integer.map { $0 <= value.int ?? 0 } ?? true
        case "minItems": node.elements.map { $0.count >= value.int ?? 0 } ?? true
        case "minProperties": node.entries.map { $0.count >= value.int ?? 0 } ?? true
        case "maxProperties": node.entries.map { $0.count <= value.int ?? 0 } ?? true
        default: false
        }
    }
}

extension YAMLNode {
    fileprivate var text: String? { scalar?.meaning == .text ? scalar?.text : nil }
    fileprivate var integer: Int? { if case .integer(let value)? = scalar?.meaning { value } else { nil } }

    fileprivate var jsonScalar: JSONValue {
        switch scalar?.meaning {
        case .null: .null
        case .bool(let value): .bool(value)
        case .integer(let value): .int(value)
        case .text, .number: .string(scalar?.text ?? "")
        case nil: .array([])
        }
    }

    fileprivate func isOfType(_ name: String) -> Bool {
        switch name {
        case "object": entries != nil
        case "array": elements != nil
        case "string": text != nil
        case "integer": integer != nil
        case "boolean": if case .bool = scalar?.meaning { true } else { false }
        case "null": isNull
        default: false
        }
    }
}
