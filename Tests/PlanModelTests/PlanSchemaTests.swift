import Diagnostics
import PlanModel
import Testing
import Values
import YAMLTree

/// The schema and the reader agree, key for key and default for default.
struct PlanSchemaTests {
    private let schema: JSONValue

    init() throws { schema = try JSONValue(json: PlanSchema.json(checks: Fixture.checks)) }

    private func property(_ path: String...) throws -> JSONValue {
        try path.reduce(schema) { node, key in
            switch key {
            case "[]": try #require(node["items"])
            case "{}": try #require(node["anyOf"]?.array?.first { $0["type"] == .string("object") })
            default: try #require(node["properties"]?[key])
            }
        }
    }

    /// The keys that the reader knows at a place. A plan with an unknown key there makes the reader list them.
    private func knownKeys(_ header: String, steps: String = "  - preflight: {}\n") -> Set<String> {
        let defaults = ["source: { address: a:1, engine: redis }", "target: { address: b:1, engine: redis }"]
        let sections = defaults.filter { !header.hasPrefix($0.prefix(7)) }
        let text = "version: 1\nname: x\n\(header)\n\(sections.joined(separator: "\n"))\nsteps:\n\(steps)"
        let help = Plan.read(SourceFile(path: "x", text: text), checks: Fixture.checks).diagnostics.flatMap(\.help)
        guard let list = help.first(where: { $0.hasPrefix("known: ") }) else { return [] }
        return Set(list.dropFirst("known: ".count).split(separator: ", ").map(String.init))
    }

    private func keys(_ node: JSONValue) -> Set<String> { Set((node["properties"]?.object ?? [:]).keys) }

    @Test func `sections have the keys that the reader asks for`() throws {
        #expect(knownKeys("zzzzzzzzzz: 1") == keys(schema))
        #expect(try knownKeys("source: { zzzzzzzzzz: 1 }") == keys(property("source")))
        #expect(try knownKeys("target: { zzzzzzzzzz: 1 }") == keys(property("target")))
        #expect(try knownKeys("sentinel: { zzzzzzzzzz: 1 }") == keys(property("sentinel")))
        #expect(try knownKeys("rollback: { zzzzzzzzzz: 1 }") == keys(property("rollback")))
        #expect(try knownKeys("redact: { zzzzzzzzzz: 1 }") == keys(property("redact")))
        #expect(try knownKeys("notify: [{ zzzzzzzzzz: 1 }]") == keys(property("notify", "[]")))
        #expect(
            try knownKeys("notify: [{ name: x, webhook: { zzzzzzzzzz: 1 } }]")
                == keys(property("notify", "[]", "webhook")))
        #expect(try knownKeys("sentinel: { tls: { zzzzzzzzzz: 1 } }") == keys(property("sentinel", "tls", "{}")))
        #expect(try knownKeys("sentinel: { password: { zzzzzzzzzz: 1 } }") == keys(property("sentinel", "password")))
    }

    @Test(arguments: StepKind.Name.allCases)
    func `step kinds have the keys that the reader asks for`(_ name: StepKind.Name) throws {
        let kind = try property("steps", "[]", name.rawValue)
        let mapping = kind["properties"] == nil ? try property("steps", "[]", name.rawValue, "{}") : kind
        #expect(knownKeys("", steps: "  - \(name.rawValue): { zzzzzzzzzz: 1 }\n") == keys(mapping))
    }

    @Test func `a step has its kinds and what stands beside them`() throws {
        let step = try property("steps", "[]")
        let beside = knownKeys("", steps: "  - preflight: {}\n    zzzzzzzzzz: 1\n")
        #expect(beside.union(StepKind.Name.allCases.map(\.rawValue)) == keys(step))
        #expect(
            step["oneOf"]?.array?.compactMap { $0["required"]?.array?.first?.string }
                == StepKind.Name.allCases.map(\.rawValue))
    }

    @Test(arguments: Fixture.checks)
    func `checks have their limits`(_ check: CheckDeclaration) throws {
        let mapping = try property("steps", "[]", "preflight", check.id, "{}")
        #expect(knownKeys("", steps: "  - preflight: { \(check.id): { zzzzzzzzzz: 1 } }\n") == keys(mapping))
        for limit in check.limits {
            #expect(mapping["properties"]?[limit.key]?["default"]?.planText == limit.defaultValue.planText)
        }
        #expect(mapping["properties"]?["severity"]?["default"]?.string == check.severity.rawValue)
    }

    @Test func `defaults of steps are those of the reader`() throws {
        for step in try readFixture("promote").steps where step.kind.name != .preflight {
            let name = step.kind.name.rawValue
            let kind = try property("steps", "[]", name)
            let mapping = kind["properties"] == nil ? try property("steps", "[]", name, "{}") : kind
            let properties = try #require(mapping["properties"]?.object)
            let declared = properties.compactMapValues { $0["default"]?.planText }.filter { $0 != ("retries", "0") }
            var effective = Dictionary(uniqueKeysWithValues: step.settings.map { ($0.key, $0.value) })
            effective["question"] = nil
            // The fixture sets this key, so its value is not the default.
            if name == "failover" { effective["via"] = FailoverStep().method.rawValue }
            #expect(declared == effective, "\(name)")
        }
    }

    @Test func `defaults of the rollback are those of the reader`() throws {
        let rollback = try readFixture("minimal").rollback
        #expect(try property("rollback", "on-failure")["default"]?.string == rollback.onFailure.rawValue)
        #expect(try property("rollback", "after-cutover")["default"] == nil)
        #expect(rollback.afterCutover == nil)
        let pager = try readFixture("everything").receivers[1]
        #expect(try property("notify", "[]", "timeout")["default"]?.string == pager.timeout.planText)
        #expect(try property("source", "tls", "{}", "verify")["default"]?.bool == TLSSettings().verifies)
    }

    @Test func `every word that the schema offers is read`() throws {
        func plan(engine: String = "redis", step: String = "preflight: {}", rollback: String = "") -> String {
            """
            version: 1
            name: x
            source: { address: a:1, engine: redis }
            target: { address: b:1, engine: \(engine) }
            sentinel: { primary: p, addresses: [c:1] }
            steps: [replicaof: {}, wait-for-sync: {}, { \(step) }]
            rollback: { \(rollback) }
            """
        }
        func words(_ node: JSONValue) throws -> [String] { try #require(node["enum"]?.array).map(\.planText) }
        var texts = try words(property("target", "engine")).map { plan(engine: $0) }
        texts += try words(property("steps", "[]", "verify", "data")).map { plan(step: "verify: { data: \($0) }") }
        texts += try words(property("rollback", "on-failure")).map { plan(rollback: "on-failure: \($0)") }
        texts += try words(property("rollback", "after-cutover")).map { plan(rollback: "after-cutover: \($0)") }
        let events = try #require(property("notify", "[]", "events")["items"])
        texts += try words(events).map { "\(plan())\nnotify: [{ name: x, command: [x], events: [\($0)] }]" }
        texts += try words(property("steps", "[]", "preflight", "memory", "{}", "severity"))
            .map { plan(step: "preflight: { memory: { severity: \($0) } }") }
        for text in texts {
            let reading = Plan.read(SourceFile(path: "x", text: text), checks: Fixture.checks)
            #expect(reading.diagnostics.isEmpty, "\(TextRenderer().render(reading.diagnostics))")
        }
        let ways = try words(property("steps", "[]", "failover", "via"))
        #expect(ways == FailoverStep.Method.allCases.map(\.rawValue))
    }

    @Test(arguments: Fixture.all("valid"))
    func `what the reader accepts the schema accepts`(_ fixture: Fixture) throws {
        #expect(try problems(fixture) == [])
    }

    /// The mistakes that a schema can find.
    private static let visible: Set<DiagnosticCode> = [
        .missingKey, .unknownKey, .wrongType, .unknownValue, .missingUnit, .unsupportedVersion, .notSupportedYet,
        .literalSecret, .invalidSecret, .incompleteCertificate, .noSteps, .noStepKind, .severalStepKinds,
        .unknownStepKind,
        .unknownCheck, .invalidValue,
    ]

    @Test(arguments: Fixture.all("invalid"))
    func `what the reader refuses for its shape the schema refuses`(_ fixture: Fixture) throws {
        guard let file = try? SourceFile.load(path: fixture.path), YAMLDocument.parse(DiagnosticCollector(file)) != nil
        else {
            return
        }
        let codes = Set(fixture.read().diagnostics.compactMap(\.code))
        if !codes.isDisjoint(with: Self.visible) { #expect(try !problems(fixture).isEmpty) }
    }

    private func problems(_ fixture: Fixture) throws -> [String] {
        let file = try SourceFile.load(path: fixture.path)
        let root = try #require(YAMLDocument.parse(DiagnosticCollector(file)))
        return SchemaValidator().problems(root, schema)
    }

    @Test func `the same checks give the same text, and other checks another`() {
        let text = PlanSchema.json(checks: Fixture.checks)
        #expect(text == PlanSchema.json(checks: Fixture.checks))
        #expect(text.hasSuffix("}\n"))
        #expect(text.contains(#""description": "the data fits the target""#))
        #expect(!PlanSchema.json(checks: []).contains("headroom"))
    }

    /// Every key of the language with its path, wherever the schema describes it.
    private func members(_ node: JSONValue, _ path: String = "$") -> [(path: String, member: JSONValue)] {
        let own = (node["properties"]?.object ?? [:]).sorted { $0.key < $1.key }
            .map { (path: "\(path).\($0.key)", member: $0.value) }
        let inner = own.flatMap { members($0.member, $0.path) }
        return own + inner + (node["anyOf"]?.array ?? []).flatMap { members($0, path) }
            + (node["items"].map { members($0, path) } ?? [])
    }

    @Test func `every key tells an editor what it is for, and shows an example that is right`() throws {
        let members = members(schema)
        #expect(members.count > 100)
        for (path, member) in members {
            #expect(member["description"]?.string?.isEmpty == false, "\(path)")
            let examples = try #require(member["examples"]?.array, "\(path) has no example")
            for example in examples {
                // JSON is YAML.
                let file = SourceFile(path: path, text: example.json)
                let node = try #require(YAMLDocument.parse(DiagnosticCollector(file)), "\(path): \(file.text)")
                #expect(SchemaValidator().problems(node, member) == [], "\(path): \(file.text)")
            }
        }
    }
}
