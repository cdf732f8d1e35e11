internal import Diagnostics

extension Disclosure {
    /// Which parts of a plan may be shown, according to the declarations from which the schema is made.
    static func ofPlan(checks: [CheckDeclaration], isYAML: Bool) -> Disclosure {
        var disclosure = Disclosure(keys: [:], words: literals, showsNumbers: isYAML)
        disclosure.add(PlanSchema.root(checks: checks))
        for key in PlanReader.planned { disclosure.keys[key] = disclosure.keys[key] ?? true }
        // After `env`, somebody may have written the secret itself instead of the name of a variable.
        disclosure.keys["env"] = false
        disclosure.keys["<<"] = true
        disclosure.nameKeys = ["primary"]
        return disclosure
    }

    private static let literals: Set<String> = ["true", "false", "yes", "no", "on", "off", "null", "~"]

    private mutating func add(_ schema: SchemaValue) {
        switch schema {
        case .string, .int, .bool: break
        case .array(let elements):
            for element in elements { add(element) }
        case .object(let members):
            for member in members {
                if member.key == "enum", case .array(let values) = member.value {
                    for case .string(let word) in values { words.insert(word) }
                } else if member.key == "properties", case .object(let properties) = member.value {
                    for property in properties {
                        keys[property.key] = (keys[property.key] ?? true) && !property.value.takesAnyText
                        add(property.value)
                    }
                } else {
                    add(member.value)
                }
            }
        }
    }
}

extension SchemaValue {
    /// Whether the value may be any text, or is a reference to a secret. In place of the reference, somebody may have
    /// written the secret itself.
    var takesAnyText: Bool {
        if self["enum"] != nil || self["pattern"] != nil { return false }
        if self["type"] == "string" || self["minProperties"] != nil { return true }
        if let items = self["items"] { return items.takesAnyText }
        guard case .array(let choices)? = self["anyOf"] else { return false }
        return choices.contains(where: \.takesAnyText)
    }
}
