/// What the schema needs of a field, whatever the type of its value.
protocol FieldDeclaration: Sendable {
    var key: String { get }
    var schemaMember: SchemaValue.Member { get }
    /// A value that editors show as an example; `nil` if the declaration lacks one, which a test does not allow.
    var example: SchemaValue? { get }
    /// The value that holds where the plan says nothing, as a plan spells it; `nil` if there is none.
    var defaultText: String? { get }
    /// `nil` if no value of the key is weaker than another.
    var limit: PlanLimit? { get }
}

extension Field: FieldDeclaration {
    var schemaMember: SchemaValue.Member {
        SchemaValue.Member(key: key, value: schema(default: defaultValue.map(schemaDefault)))
    }

    var example: SchemaValue? { ownExample ?? defaultValue.map(schemaDefault) ?? type.example }

    var defaultText: String? { defaultValue.map(type.spell) }

    var limit: PlanLimit? {
        weaker.map { PlanLimit(key: key, weaker: $0, defaultText: defaultText) }
    }

    /// A default as JSON: words and quantities are spelt as in the plan.
    private func schemaDefault(_ value: Value) -> SchemaValue {
        if let flag = value as? Bool { return .bool(flag) }
        if let number = value as? Int, type.schema["type"] == "integer" { return .int(number) }
        return .string(type.spell(value))
    }

    func schema(default defaultText: SchemaValue?) -> SchemaValue {
        SchemaValue.object([SchemaValue.Member(key: "description", value: .string(meaning))])
            .adding(type.schema)
            .adding(defaultText.map { ["default": $0] } ?? [:])
            .addingExample(example ?? defaultText)
    }
}

extension SchemaValue {
    /// This schema with an example, which editors show.
    func addingExample(_ example: SchemaValue?) -> SchemaValue {
        adding(example.map { ["examples": [$0]] } ?? [:])
    }

    /// A mapping with the examples of these fields.
    static func example(of fields: [any FieldDeclaration]) -> SchemaValue {
        .object(fields.compactMap { field in field.example.map { Member(key: field.key, value: $0) } })
    }
}
