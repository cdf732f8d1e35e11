internal import Diagnostics
internal import YAMLTree

/// Reads one element of `steps`.
struct StepReader {
    let checks: [CheckDeclaration]
    let collector: DiagnosticCollector

    /// How many unknown keys are compared with the step kinds, to find a misspelt kind. A step with more unknown keys
    /// has a bigger problem than a spelling mistake.
    private static let mostCandidates = 20
    private static let kinds = StepKind.Name.allCases.map(\.rawValue)

    /// - Parameter previous: the id of the step before this one. A step without `needs` of its own needs it.
    func read(_ node: YAMLNode, after previous: String?) -> StepDraft? {
        guard let entries = node.entries else {
            reportNoMapping(node)
            return nil
        }
        guard let entry = kindEntry(entries, node) else { return nil }
        guard let name = StepKind.Name(rawValue: entry.key) else {
            return unknown(entry, entries, node, after: previous)
        }

        var beside = MappingReader(
            entries: entries, subject: "step '\(entry.key)'", place: entry.keyRange, collector: collector)
        for key in Self.kinds where entries.contains(where: { $0.key == key }) { _ = beside.entry(key) }
        var inside = settings(entry, name)
        let common = CommonSettings(beside: &beside, inside: &inside)
        let kind = read(name, entry, &inside)
        let defaults = kind?.declaration.defaults ?? name.defaults
        beside.finish { key in
            name.fieldKeys.contains(key) ? "write it inside: \(name.rawValue): { \(key): … }" : nil
        }
        inside?.finish()
        return StepDraft(
            id: common.id?.value ?? name.rawValue, idRange: common.id?.range ?? entry.keyRange, name: name,
            nameRange: entry.keyRange, kind: kind, methodRange: inside?.range(of: FailoverStep.via.key),
            needs: needs(common, entry.keyRange, after: previous), timeout: common.timeout ?? defaults.timeout,
            retries: common.retries ?? defaults.retries, range: node.range, isUncertain: common.areNeedsUnknown)
    }

    private func needs(_ common: CommonSettings, _ range: SourceRange, after previous: String?) -> [StepDraft.Need] {
        if let written = common.needs {
            return written.map { StepDraft.Need(id: $0.value, range: $0.range, isWritten: true) }
        }
        guard let previous, !common.areNeedsUnknown else { return [] }
        return [StepDraft.Need(id: previous, range: range, isWritten: false)]
    }

    /// The mapping of the kind. `nil` for an approval that is written as a bare question. Also `nil` if the value
    /// should be a mapping and is not, which is reported.
    private func settings(_ entry: YAMLEntry, _ name: StepKind.Name) -> MappingReader? {
        if name == .approval, entry.value.entries == nil { return nil }
        let site = ReadingSite(key: entry.key, keyRange: entry.keyRange, collector: collector)
        return MappingReader(entry.value, site, expected: "a mapping ({} takes all defaults)")
    }

    private func read(_ name: StepKind.Name, _ entry: YAMLEntry, _ inside: inout MappingReader?) -> StepKind? {
        guard var reader = inside else {
            guard name == .approval else { return nil }
            let site = ReadingSite(key: entry.key, keyRange: entry.keyRange, collector: collector)
            return ApprovalStep.question.type.read(entry.value, site).map { .approval(ApprovalStep(question: $0)) }
        }
        defer { inside = reader }
        return name.settingsType.readKind(&reader, checks: checks)
    }
}

extension StepReader {
    /// The entry that says what the step does. `nil` if there is none, which is reported.
    private func kindEntry(_ entries: [YAMLEntry], _ node: YAMLNode) -> YAMLEntry? {
        let found = entries.filter { Self.kinds.contains($0.key) }
        if found.count > 1 {
            collector.error(
                .severalStepKinds, "one step has two kinds, '\(found[0].key)' and '\(found[1].key)'",
                at: found[1].keyRange,
                label: "the second", labels: [Diagnostic.Label(found[0].keyRange, "the first")],
                help: ["begin a step of its own with '- \(found[1].key):'"])
        }
        if let first = found.first { return first }
        let others = entries.filter { !CommonSettings.keys.contains($0.key) && $0.key != "<<" }
        if let entry = others.prefix(Self.mostCandidates).first(where: {
            Suggestion.closest(to: $0.key, in: Self.kinds) != nil
        }) ?? others.first {
            return entry
        }
        let start = node.range.start
        collector.error(
            .noStepKind, "this step does not say what it does",
            at: entries.first?.keyRange
                ?? SourceRange(start, SourcePosition(line: start.line, column: start.column + 1)),
            help: ["step kinds: \(Self.kinds.joined(separator: ", "))"])
        return nil
    }

    private func reportNoMapping(_ node: YAMLNode) {
        let site = ReadingSite(key: "steps", keyRange: node.range, collector: collector)
        guard !node.isInvalid else { return }
        let kind = node.scalar.flatMap { scalar in
            Self.kinds.first { $0 == scalar.text || scalar.text.hasPrefix($0 + ":") }
                ?? Suggestion.closest(to: scalar.text, in: Self.kinds)
        }
        site.collector.error(
            .wrongType, "a step must be a mapping such as 'replicaof: {}', found \(node.found)", at: node.range,
            help: kind.map { ["write '- \($0): {}'"] } ?? [])
    }

    /// Reports a step of an unknown kind, and still makes a draft of it: other steps may need it, and their needs must
    /// not be reported as unknown, too.
    private func unknown(
        _ entry: YAMLEntry, _ entries: [YAMLEntry], _ node: YAMLNode, after previous: String?
    ) -> StepDraft {
        let meant = collector.isFull ? nil : Suggestion.closest(to: entry.key, in: Self.kinds)
        if let kind = Self.kinds.first(where: { entry.key.hasPrefix($0 + ":") }) {
            collector.error(
                .unknownStepKind, "a blank is missing after '\(kind):'", at: entry.keyRange,
                help: ["write '- \(kind): …'"])
        } else {
            collector.error(
                .unknownStepKind, "there is no step kind \(entry.key.quotedForMessage)", at: entry.keyRange,
                help: [meant.map { "did you mean '\($0)'?" } ?? "step kinds: \(Self.kinds.joined(separator: ", "))"])
        }
        let inner = entry.value.entries ?? []
        func text(_ key: String) -> YAMLNode? { (entries + inner).first { $0.key == key }?.value }
        let id = text("id")
        let needs = text("needs")?.elements?.compactMap { node in
            node.scalar.map { StepDraft.Need(id: $0.text, range: node.range, isWritten: true) }
        }
        let before = previous.map { [StepDraft.Need(id: $0, range: entry.keyRange, isWritten: false)] } ?? []
        return StepDraft(
            id: id?.scalar?.text ?? meant ?? entry.key, idRange: id?.range ?? entry.keyRange, name: nil,
            nameRange: entry.keyRange, kind: nil, methodRange: nil, needs: needs ?? before, timeout: nil, retries: 0,
            range: node.range, isUncertain: true)
    }
}
