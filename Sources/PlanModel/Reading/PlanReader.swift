internal import Diagnostics
internal import Values
internal import YAMLTree

/// Reads the root of a plan file, and checks its parts against each other.
struct PlanReader {
    static let version = Field("version", .integer(1...1), "The version of the plan language.")
    static let name = Field(
        "name", .text("a name for people"), example: "prod-sessions", "What the plan is called in messages and reports."
    )
    static let description = Field(
        "description", .paragraph, example: "Move the session store from Redis to Dragonfly.", "What the plan is for.")

    /// Keys of the language that a later version will know.
    static let planned = ["shards", "rollout"]

    let checks: [CheckDeclaration]
    let collector: DiagnosticCollector

    func read(_ root: YAMLNode) -> Plan? {
        guard let entries = root.entries else {
            if !root.isInvalid {
                collector.error(
                    .wrongType, "a plan must be a mapping that begins with 'version: 1', found \(root.found)",
                    at: root.range)
            }
            return nil
        }
        let start = root.range.start
        let place =
            entries.first?.keyRange ?? SourceRange(start, SourcePosition(line: start.line, column: start.column + 1))
        var reader = MappingReader(entries: entries, subject: "this plan", place: place, collector: collector)
        guard isKnownVersion(&reader) else { return nil }

        let name = reader.required(Self.name)
        let description = reader.optional(Self.description)
        reader.planned(Self.planned)
        let source =
            section("source", &reader, expected: "the instance that is the primary now", InstanceSettings.read) ?? nil
        let target =
            section("target", &reader, expected: "the instance that shall be the primary", InstanceSettings.read) ?? nil
        let sentinel = section("sentinel", &reader, SentinelSettings.read) ?? nil
        let steps = steps(&reader)
        let rollback = section("rollback", &reader, RollbackSettings.read)
        let redaction = section("redact", &reader, RedactionSettings.read)
        let receivers = Receiver.checked(reader.optional(Receiver.list) ?? [], collector)
        // A plan with shards has no pair of its own.
        if reader.range(of: "shards") != nil { reader.excuse(["source", "target"]) }
        reader.finish { ["replicas", "resting"].contains($0) ? "it belongs to 'failover', beside 'via'" : nil }

        checkEndpoints(reader, source: source, target: target, sentinels: sentinel?.places ?? [])
        checkSource(reader, source: source, target: target)
        guard !collector.hasErrors, let name, let source, let target else { return nil }
        let plan = Plan(
            name: name, description: description,
            shard: Shard(source: source, target: target, sentinel: sentinel?.settings), steps: steps,
            rollback: rollback ?? RollbackSettings(), redaction: redaction ?? RedactionSettings(),
            receivers: receivers, file: collector.file)
        checkWayBack(plan, reader)
        checkReturn(plan)
        return collector.hasErrors ? nil : plan
    }

    /// Reports a Dragonfly as the source. No other engine can follow it, and another Dragonfly does, but nobody could tell
    /// when it has every write: a Dragonfly that is a primary does not tell its replication offset.
    private func checkSource(_ reader: MappingReader, source: InstanceSettings?, target: InstanceSettings?) {
        guard source?.engine == .dragonfly,
            let entries = reader.entries.first(where: { $0.key == "source" })?.value.entries,
            let place = entries.first(where: { $0.key == "engine" })?.value.range
        else { return }
        let why =
            switch target?.engine {
            case .redis?, .valkey?: "a server of another engine never gets in sync with a dragonfly (no PSYNC)"
            case .dragonfly?, nil:
                "a dragonfly that is a primary does not tell its replication offset, so nobody knows when the target has every write"
            }
        collector.error(.unsupportedSource, "a dragonfly as the source is not supported yet", at: place, help: [why])
    }

    /// Reports a way back without loss where the source will not follow the target, whatever their versions are.
    private func checkWayBack(_ plan: Plan, _ reader: MappingReader) {
        guard plan.rollback.afterCutover == .keep, plan.failover != nil, let obstacle = plan.obstacleToFollow,
            let settings = reader.entries.first(where: { $0.key == "rollback" })?.value.entries,
            let place = settings.first(where: { $0.key == RollbackSettings.afterCutoverField.key })?.value.range
        else { return }
        collector.error(
            .contradictingSettings, "'after-cutover: keep' is not possible: \(obstacle)", at: place,
            help: [
                "leave it out: then there is no way back after the cutover",
                "or write 'discard-writes', which gives up what was written since the cutover",
            ])
    }

    /// Reports a step that shall go back by itself in a plan that does not promise to lose nothing on that way.
    private func checkReturn(_ plan: Plan) {
        guard plan.rollback.afterCutover != .keep else { return }
        for step in plan.steps {
            guard case .watch(let watch) = step.kind, watch.onTrouble == .rollback else { continue }
            collector.error(
                .contradictingSettings,
                "step '\(step.id)' goes back by itself ('on-trouble: rollback'), and the plan does not keep a way back without loss",
                at: step.range,
                help: [
                    "write 'rollback: { after-cutover: keep }': a cutover after which the source could not follow is refused then",
                    "or let a person decide: 'on-trouble: ask'",
                ])
        }
    }

    /// Whether the rest of the plan can be read. A plan in another version of the language is reported, and nothing
    /// else about it: all further diagnostics would be guesses.
    private func isKnownVersion(_ reader: inout MappingReader) -> Bool {
        guard let entry = reader.requiredEntry(Self.version.key, expected: Self.version.type.expected) else {
            return true
        }
        guard case .integer(let number)? = entry.value.scalar?.meaning, number != 1 else {
            _ = reader.read(entry, Self.version.type)
            return true
        }
        collector.error(
            .unsupportedVersion, "this plan is written in version \(number) of the plan language",
            at: entry.value.range,
            label: "this planrun knows version 1",
            help: [number > 1 ? "use a newer planrun" : "write 'version: 1'"])
        return false
    }

    /// - Parameter expected: what the section must contain, for the message that it is missing; `nil` if the plan may
    ///   leave the section out.
    private func section<Value>(
        _ key: String, _ reader: inout MappingReader, expected: String? = nil, _ read: (inout MappingReader) -> Value
    ) -> Value? {
        guard let entry = expected.map({ reader.requiredEntry(key, expected: $0) }) ?? reader.entry(key) else {
            return nil
        }
        let site = ReadingSite(key: key, keyRange: entry.keyRange, collector: collector)
        guard var section = MappingReader(entry.value, site) else { return nil }
        return read(&section)
    }

    private func steps(_ reader: inout MappingReader) -> [Step] {
        guard let entry = reader.requiredEntry("steps", expected: "a list of steps") else { return [] }
        let site = ReadingSite(key: "steps", keyRange: entry.keyRange, collector: collector)
        guard let elements = entry.value.elements, !elements.isEmpty else {
            if entry.value.elements != nil || entry.value.isNull {
                collector.error(
                    .noSteps, "this plan has no steps", at: entry.keyRange, help: ["begin with '- preflight: {}'"])
            } else {
                site.reportWrongType(entry.value, expected: "a list of steps", help: ["begin each with '- '"])
            }
            return []
        }
        let stepReader = StepReader(checks: checks, collector: collector)
        var drafts: [StepDraft] = []
        for element in elements {
            if let draft = stepReader.read(element, after: drafts.last?.id) { drafts.append(draft) }
        }
        let isComplete = drafts.count == elements.count
        // If a step could not be read, a need that seems unknown may mean that step.
        let isOrderKnown = isComplete && NeedsRules(drafts, collector).check()
        OrderRules(drafts: drafts, hasSentinel: reader.entries.contains { $0.key == "sentinel" }, collector: collector)
            .check(isOrderKnown: isOrderKnown)
        return drafts.compactMap(\.step)
    }

    private func checkEndpoints(
        _ reader: MappingReader, source: InstanceSettings?, target: InstanceSettings?, sentinels: [Located<Endpoint>]
    ) {
        let addresses = ["source", "target"].map { key in
            reader.entries.first { $0.key == key }?.value.entries?.first { $0.key == "address" }?.value.range
        }
        if let source, let target, let first = addresses[0], let second = addresses[1],
            source.endpoint.isSpelledLike(target.endpoint)
        {
            collector.error(
                .sameEndpoint, "source and target are the same, '\(target.endpoint)'", at: second, label: "the target",
                labels: [Diagnostic.Label(first, "the source")], help: ["the target is the server that takes over"])
        }
        for place in sentinels {
            for (instance, (name, range)) in zip([source, target], zip(["source", "target"], addresses)) {
                guard let instance, let range, instance.endpoint.isSpelledLike(place.value) else { continue }
                collector.error(
                    .sameEndpoint, "a Sentinel and the \(name) are the same, '\(place.value)'", at: place.range,
                    label: "the Sentinel",
                    labels: [Diagnostic.Label(range, "the \(name)")],
                    help: ["Sentinels listen on a port of their own, often 26379"])
            }
        }
    }
}
