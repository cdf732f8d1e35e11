import Values

/// The plan language as a JSON Schema (draft-07, which YAML editors read), made from the declarations that the reader
/// uses.
///
/// A schema of this draft cannot express some rules, and only the reader checks them: that `timeout` is written beside
/// a kind or inside it but not in both places, that needs contain no cycle, that a failover fits the plan.
package enum PlanSchema {
    /// The schema as JSON: the same text for the same checks, byte for byte. It ends with a line feed.
    package static func json(checks: [CheckDeclaration]) -> String { root(checks: checks).json() + "\n" }

    static func root(checks: [CheckDeclaration]) -> SchemaValue {
        [
            "$schema": "http://json-schema.org/draft-07/schema#",
            "title": "A plan of planrun, version 1",
            "type": "object",
            "required": ["version", "name", "source", "target", "steps"],
            "additionalProperties": false,
            "properties": [
                "version": ["description": .string(PlanReader.version.meaning), "const": 1, "examples": [1]],
                "name": PlanReader.name.schemaMember.value,
                "description": PlanReader.description.schemaMember.value,
                "source": instance("The instance that is the primary now."),
                "target": instance("The instance that shall be the primary."),
                "sentinel": mapping(
                    "The Sentinels that monitor the source. Without them, plain replication and 'via: promote'.",
                    SentinelSettings.fields, required: SentinelSettings.requiredKeys),
                "steps": [
                    "description": "What is done, in this order unless 'needs' says otherwise.",
                    "type": "array",
                    "minItems": 1,
                    "items": step(checks: checks),
                    "examples": [[["preflight": [:]], ["replicaof": [:]], ["wait-for-sync": ["max-lag": "64KiB"]]]],
                ],
                "rollback": emptyOr(mapping("The way back.", RollbackSettings.fields)),
                "redact": emptyOr(
                    mapping("What is never shown of keys that differ between the servers.", RedactionSettings.fields)),
                "notify": Receiver.list.schemaMember.value,
            ],
        ]
    }

    private static func instance(_ description: String) -> SchemaValue {
        mapping(description, InstanceSettings.fields, required: InstanceSettings.requiredKeys)
    }

    private static func mapping(
        _ description: String, _ fields: [any FieldDeclaration], required: [String] = []
    ) -> SchemaValue {
        let requirement: SchemaValue = required.isEmpty ? [:] : ["required": .array(required.map(SchemaValue.string))]
        return (["description": .string(description), "type": "object"] as SchemaValue).adding(requirement)
            .adding(["additionalProperties": false, "properties": .object(fields.map(\.schemaMember))])
            .addingExample(.example(of: required.isEmpty ? fields : fields.filter { required.contains($0.key) }))
    }

    /// Allows a key without a value, which takes all defaults.
    private static func emptyOr(_ mapping: SchemaValue) -> SchemaValue {
        guard case .object(let members) = mapping else { return mapping }
        return .object(members.map { $0.key == "type" ? .init(key: "type", value: ["object", "null"]) : $0 })
    }
}

extension PlanSchema {
    private static func step(checks: [CheckDeclaration]) -> SchemaValue {
        let kinds = StepKind.Name.allCases
        let common = commonMembers(timeout: nil, retries: nil)
        return [
            "type": "object",
            "additionalProperties": false,
            "oneOf": .array(kinds.map { ["required": [.string($0.rawValue)]] }),
            "properties": .object(
                kinds.map { SchemaValue.Member(key: $0.rawValue, value: kind($0, checks: checks)) } + common),
        ]
    }

    private static func commonMembers(timeout: SchemaValue?, retries: SchemaValue?) -> [SchemaValue.Member] {
        [
            CommonSettings.id.schemaMember, CommonSettings.needs.schemaMember,
            SchemaValue.Member(key: CommonSettings.timeout.key, value: CommonSettings.timeout.schema(default: timeout)),
            SchemaValue.Member(key: CommonSettings.retries.key, value: CommonSettings.retries.schema(default: retries)),
        ]
    }

    private static func kind(_ name: StepKind.Name, checks: [CheckDeclaration]) -> SchemaValue {
        let type = name.settingsType
        let own = name == .preflight ? checks.map(check) : type.fields.map(\.schemaMember)
        let common = commonMembers(
            timeout: name.defaults.timeout.map { .string($0.planText) }, retries: .int(name.defaults.retries))
        let requirement: SchemaValue =
            type.requiredKeys.isEmpty ? [:] : ["required": .array(type.requiredKeys.map(SchemaValue.string))]
        let mapping = (["type": "object"] as SchemaValue).adding(requirement)
            .adding(["additionalProperties": false, "properties": .object(own + common)])
        let description: SchemaValue = ["description": .string(name.meaning)]
        guard name == .approval else {
            // The settings that the step would have anyway show best how it is written.
            let shown = type.fields.filter { $0.defaultText != nil || type.requiredKeys.contains($0.key) }
            return description.adding(emptyOr(mapping)).addingExample(.example(of: shown))
        }
        return description.adding(["anyOf": [ApprovalStep.question.type.schema, mapping]])
            .addingExample(ApprovalStep.question.example)
    }

    private static func check(_ check: CheckDeclaration) -> SchemaValue.Member {
        let severity = CheckSetting.severityField
        let limits = check.limits.map { limit in
            let members: SchemaValue = ["description": .string(limit.meaning)]
            return SchemaValue.Member(
                key: limit.key,
                value: members.adding(limit.defaultValue.schema).adding(["default": limit.defaultValue.schemaDefault])
                    .addingExample(limit.defaultValue.schemaDefault))
        }
        let properties =
            [SchemaValue.Member(key: severity.key, value: severity.schema(default: .string(check.severity.rawValue)))]
            + limits
        return SchemaValue.Member(
            key: check.id,
            value: [
                "description": .string(check.title),
                "anyOf": [
                    severity.type.schema,
                    ["type": "object", "additionalProperties": false, "properties": .object(properties)],
                ],
                "default": .string(check.severity.rawValue), "examples": ["warn"],
            ])
    }
}
