internal import Diagnostics
internal import Escaping

/// Builds the tree from events, within limits.
struct YAMLComposer: ~Copyable {
    /// A value, and where its text in the file ends. For an alias, this is the end of the alias; the value's own range
    /// lies at the anchor.
    private struct Composed {
        let node: YAMLNode
        let end: SourcePosition
        let size: Int
    }

    private enum Stop: Error {
        case syntax(YAMLSyntaxError)
        /// A limit was passed, which is reported already; the rest of the file is not read.
        case limit
    }

    private let events: YAMLEventReader
    private let limits: YAMLLimits
    private let collector: DiagnosticCollector
    private var anchors: [String: Composed] = [:]
    private var openAnchors: Set<String> = []
    /// Where scalars in quotes stand.
    private var quoted: [SourceRange] = []
    private var hidden: HiddenCharacters?
    private var nodes = 0
    private var aliasedNodes = 0

    init(_ events: consuming YAMLEventReader, limits: YAMLLimits, collector: DiagnosticCollector) {
        self.events = events
        self.limits = limits
        self.collector = collector
    }

    /// The root of the one document; `nil` if there is none that can be read.
    mutating func document() -> YAMLNode? {
        let root = read()
        hidden = hidden ?? HiddenCharacters(in: collector.file.text, quoted: quoted)
        hidden?.report(to: collector)
        return root
    }

    private mutating func read() -> YAMLNode? {
        do throws(Stop) {
            guard try skipToDocument() != nil else {
                collector.error(.emptyFile, "this file is empty", at: nil, help: Self.emptyHelp)
                return nil
            }
            let root = try compose(try next(), depth: 1)
            if let start = try skipToDocument() {
                collector.error(
                    .severalDocuments, "a second document begins here", at: start,
                    help: ["one file holds one plan; move the second to a file of its own"])
            }
            if root.node.scalar?.text == "", root.node.isNull {
                collector.error(.emptyFile, "this file is empty", at: nil, help: Self.emptyHelp)
                return nil
            }
            return root.node
        } catch {
            if case .syntax(let error) = error {
                let hidden = HiddenCharacters(in: collector.file.text, quoted: quoted)
                self.hidden = hidden
                if !hidden.explain(error) { error.report(to: collector) }
            }
            return nil
        }
    }

    /// A file with more anchors than this gets no suggestion for a misspelt alias: comparing it with all of them takes too long.
    private static let mostAnchors = 100
    private static let emptyHelp = ["a plan begins with 'version: 1'"]

    private func next() throws(Stop) -> YAMLEvent {
        do {
            return try events.next()
        } catch {
            throw .syntax(error)
        }
    }

    /// Where the next document begins; `nil` at the end of the file.
    private func skipToDocument() throws(Stop) -> SourceRange? {
        while true {
            let event = try next()
            switch event.kind {
            case .documentStart: return event.range
            case .streamEnd: return nil
            case .other, .scalar, .sequenceStart, .sequenceEnd, .mappingStart, .mappingEnd, .alias: continue
            }
        }
    }

    private mutating func compose(_ event: YAMLEvent, depth: Int) throws(Stop) -> Composed {
        try count(event)
        if event.tag != nil {
            collector.error(
                .yamlTag, "tags are not part of the plan language", at: event.range,
                help: ["write the value without '!'; put it in quotes if it is meant as text"])
        }
        if let anchor = event.anchor { openAnchors.insert(anchor) }
        let composed = try content(event, depth: depth)
        if let anchor = event.anchor {
            openAnchors.remove(anchor)
            anchors[anchor] = composed
        }
        return composed
    }

    private mutating func content(_ event: YAMLEvent, depth: Int) throws(Stop) -> Composed {
        switch event.kind {
        case .scalar(let scalar):
            if scalar.style == .singleQuoted || scalar.style == .doubleQuoted { quote(scalar, at: event.range) }
            return Composed(node: YAMLNode(.scalar(scalar), range: event.range), end: event.range.end, size: 1)
        case .alias(let name):
            return try alias(name, at: event.range)
        case .sequenceStart(let isFlow):
            try checkDepth(depth, event)
            return try sequence(event, isFlow: isFlow, depth: depth)
        case .mappingStart(let isFlow):
            try checkDepth(depth, event)
            return try mapping(event, isFlow: isFlow, depth: depth)
        case .streamEnd, .documentStart, .sequenceEnd, .mappingEnd, .other:
            preconditionFailure("libyaml's events are not balanced")
        }
    }

    private mutating func sequence(_ start: YAMLEvent, isFlow: Bool, depth: Int) throws(Stop) -> Composed {
        var elements: [YAMLNode] = []
        var size = 1
        var end = start.range.end
        while true {
            let event = try next()
            if case .sequenceEnd = event.kind {
                return close(
                    .sequence(elements), start, isFlow: isFlow, end: isFlow ? event.range.end : end, size: size)
            }
            let element = try compose(event, depth: depth + 1)
            elements.append(element.node)
            size += element.size
            end = element.end
        }
    }

    private mutating func mapping(_ start: YAMLEvent, isFlow: Bool, depth: Int) throws(Stop) -> Composed {
        var entries: [YAMLEntry] = []
        var ranges: [String: SourceRange] = [:]
        var size = 1
        var end = start.range.end
        while true {
            let event = try next()
            if case .mappingEnd = event.kind {
                return close(.mapping(entries), start, isFlow: isFlow, end: isFlow ? event.range.end : end, size: size)
            }
            let key = try compose(event, depth: depth + 1)
            let value = try compose(try next(), depth: depth + 1)
            size += key.size + value.size
            end = value.end
            guard let name = self.key(event, key.node) else { continue }
            if let first = ranges[name] {
                reportDuplicate(name, at: event.range, first: first)
                continue
            }
            ranges[name] = event.range
            entries.append(YAMLEntry(key: name, keyRange: event.range, value: value.node))
        }
    }

    /// The END event of a block collection carries the place of the next token, so such a node ends with its last
    /// child.
    private func close(
        _ content: YAMLNode.Content, _ start: YAMLEvent, isFlow: Bool, end: SourcePosition, size: Int
    ) -> Composed {
        let range = SourceRange(start.range.start, max(end, start.range.end))
        return Composed(node: YAMLNode(content, range: range, isFlow: isFlow), end: range.end, size: size)
    }

    private mutating func alias(_ name: String, at range: SourceRange) throws(Stop) -> Composed {
        let invalid = Composed(node: YAMLNode(.invalid, range: range), end: range.end, size: 1)
        if openAnchors.contains(name) {
            collector.error(
                .recursiveAlias, "alias '\(name)' stands inside the value that it names", at: range,
                help: ["write the value out"])
            return invalid
        }
        guard let named = anchors[name] else {
            collector.error(
                .unknownAnchor, "no anchor '\(name)' stands before this alias", at: range,
                help: (anchors.count <= Self.mostAnchors ? Suggestion.help(for: name, in: anchors.keys.sorted()) : [])
                    + ["put the value in quotes if it is meant as text"])
            return invalid
        }
        aliasedNodes += named.size
        nodes += named.size
        if aliasedNodes > limits.aliasedNodes {
            collector.error(
                .tooManyAliases, "aliases stand for more than \(limits.aliasedNodes) values, the most that is read",
                at: range,
                help: ["write the values out; a plan rarely needs an alias"])
            throw .limit
        }
        return Composed(node: named.node, end: range.end, size: named.size)
    }
}

extension YAMLComposer {
    private mutating func quote(_ scalar: YAMLScalar, at range: SourceRange) {
        quoted.append(range)
        guard scalar.leavesDirectionTurned else { return }
        collector.error(
            .hiddenCharacter, "the direction in which text is shown is turned in these quotes, and not turned back",
            at: range, help: ["remove what turns it"])
    }

    private mutating func count(_ event: YAMLEvent) throws(Stop) {
        nodes += 1
        guard nodes > limits.nodes else { return }
        collector.error(
            .tooManyNodes, "this file holds more than \(limits.nodes) keys and values, the most that is read",
            at: event.range, help: ["check that this is the file you meant"])
        throw .limit
    }

    private func checkDepth(_ depth: Int, _ event: YAMLEvent) throws(Stop) {
        guard depth > limits.depth else { return }
        collector.error(
            .tooDeep, "lists and mappings are nested more than \(limits.depth) deep, the most that is read",
            at: event.range, help: ["check that this is the file you meant"])
        throw .limit
    }

    private func key(_ event: YAMLEvent, _ node: YAMLNode) -> String? {
        guard case .scalar(let scalar) = event.kind, !scalar.text.isEmpty else {
            collector.error(
                .keyNotText, "a key must be a word", at: node.isInvalid ? event.range : node.range,
                help: ["write 'key: value'"])
            return nil
        }
        if scalar.text == "<<", scalar.style == .plain {
            collector.error(
                .mergeKey, "merge keys are not part of the plan language", at: event.range,
                help: ["write the keys out: a reviewer should see them where they count"])
        }
        return scalar.text
    }

    private func reportDuplicate(_ key: String, at range: SourceRange, first: SourceRange) {
        guard key != "<<" else { return }
        collector.error(
            .duplicateKey, "key '\(key)' is written twice", at: range, label: "written again here",
            labels: [Diagnostic.Label(first, "first written here")], help: ["remove one of them"])
    }
}
