/// Gathers the mistakes of one file while it is read, and hands them out in order, each once.
package final class DiagnosticCollector {
    /// How many diagnostics of one file are kept. Nobody reads more, and a hostile file could have a mistake in every
    /// other byte.
    package static let mostFindings = 1_000

    package let file: SourceFile
    /// The diagnostics that are kept: the first `mostFindings` of the file.
    private var diagnostics: [Diagnostic] = []
    /// How many mistakes were found, those that are not kept included.
    private var count = 0
    private var secrets: Set<String> = []
    private var concealed: [SourceRange] = []
    /// What excerpts of this file may show; `nil`: everything.
    package var disclosure: Disclosure?
    /// Where secrets are written. An alias can bring the value of a secret key under another key, so in a file with
    /// anchors the places are known before the plan is read. For other files the set is empty while the plan is read.
    package var secretPlaces: Set<SourceRange> = []
    package private(set) var hasErrors = false

    package init(_ file: SourceFile) {
        self.file = file
    }

    package func error(
        _ code: DiagnosticCode, _ message: @autoclosure () -> String, at range: SourceRange?, label: String? = nil,
        labels: [Diagnostic.Label] = [], help: @autoclosure () -> [String] = []
    ) {
        hasErrors = true
        add(.error, DiagnosticTopic(code), message, at: range, label: label, labels: labels, help: help)
    }

    package func warning(
        _ code: DiagnosticCode, _ message: @autoclosure () -> String, at range: SourceRange?, label: String? = nil,
        labels: [Diagnostic.Label] = [], help: @autoclosure () -> [String] = []
    ) {
        add(.warning, DiagnosticTopic(code), message, at: range, label: label, labels: labels, help: help)
    }

    /// Adds what a rule of a review found.
    package func add(
        _ severity: Diagnostic.Severity, _ topic: DiagnosticTopic, _ message: String, at range: SourceRange?,
        label: String? = nil, labels: [Diagnostic.Label] = [], help: [String] = [], fix: Diagnostic.Fix? = nil
    ) {
        if severity == .error { hasErrors = true }
        add(severity, topic, { message }, at: range, label: label, labels: labels, help: { help }, fix: fix)
    }

    /// - Parameters:
    ///   - message: called only if the diagnostic is kept, as is `help`.
    private func add(
        _ severity: Diagnostic.Severity, _ topic: DiagnosticTopic, _ message: () -> String, at range: SourceRange?,
        label: String?, labels: [Diagnostic.Label], help: () -> [String], fix: Diagnostic.Fix? = nil
    ) {
        count += 1
        guard count <= Self.mostFindings else { return }
        diagnostics.append(
            Diagnostic(
                severity, topic, message(), file: file, at: range, label: label, labels: labels, help: help(), fix: fix)
        )
    }

    /// Marks a secret: no diagnostic of this file repeats its text, and no excerpt shows its place.
    ///
    /// - Parameter text: the secret itself, without the quotes that YAML puts around it.
    package func conceal(_ range: SourceRange, text: String?) {
        if let text, !text.isEmpty { secrets.insert(text) }
        // A secret on one line needs no entry: the disclosure hides it when it decides what of that line is shown.
        if disclosure == nil || range.start.line != range.end.line { concealed.append(range) }
    }

    package var isEmpty: Bool { diagnostics.isEmpty }
    /// Whether so many mistakes were found that the rest of the file is not looked at.
    package var isFull: Bool { count >= Self.mostFindings }

    /// The diagnostics by place, those about the whole file first, with secrets replaced. A mistake that is reached
    /// twice, through an alias, is reported once.
    package func sorted() -> [Diagnostic] {
        struct Identity: Hashable {
            let topic: DiagnosticTopic
            let range: SourceRange?
            let message: String
        }
        var seen: Set<Identity> = []
        let ordered = diagnostics.sortedByPlace()
            .filter { seen.insert(Identity(topic: $0.topic, range: $0.range, message: $0.message)).inserted }
        var stamped = file
        stamped.disclosure = disclosure
        if !concealed.isEmpty {
            if stamped.disclosure == nil { stamped.disclosure = Disclosure(keys: [:], words: []) }
            stamped.disclosure?.concealed += concealed
        }
        let spoken = secrets.filter { disclosure?.isWord($0) != true }
        let all = ordered.map { $0.replacingSecrets(spoken, file: stamped) }
        guard count > Self.mostFindings else { return all }
        return all + [tooMany(stamped)]
    }

    private func tooMany(_ file: SourceFile) -> Diagnostic {
        Diagnostic(
            hasErrors ? .error : .warning, .tooManyFindings,
            "more than \(Self.mostFindings) mistakes were found; the rest is not listed", file: file,
            help: ["correct those above, or check that this is the file you meant"])
    }
}

extension Diagnostic {
    /// Whether the message quotes a name from a part of the file in which secrets have not been looked for: the name of
    /// an anchor, or a key of a file that is not YAML.
    private var namesUnknownText: Bool {
        switch code {
        case .unknownAnchor, .recursiveAlias: true
        case .duplicateKey: file.disclosure?.showsNumbers == false
        default: false
        }
    }

    /// This diagnostic with `***` for every secret. Messages quote parts of the file in 'single quotes', and could so
    /// repeat what excerpts hide.
    fileprivate func replacingSecrets(_ secrets: Set<String>, file: SourceFile) -> Diagnostic {
        var stamped = Diagnostic(
            severity, topic, message, file: file, at: range, label: label, labels: labels, help: help, fix: fix)
        let disclosure = stamped.namesUnknownText ? file.disclosure : nil
        guard !secrets.isEmpty || disclosure != nil else { return stamped }
        func replacing(_ text: String) -> String {
            let pieces = text.split(separator: "'", omittingEmptySubsequences: false)
            // The quoted pieces have the odd indices.
            return pieces.enumerated().map { index, piece in
                if secrets.contains(String(piece)) { return "***" }
                if let disclosure, !index.isMultiple(of: 2), !disclosure.isWord(String(piece)) { return "***" }
                return String(piece)
            }.joined(separator: "'")
        }
        stamped = Diagnostic(
            severity, topic, replacing(message), file: file, at: range, label: label.map(replacing),
            labels: labels.map { Label($0.range, replacing($0.text)) }, help: help.map(replacing), fix: fix)
        return stamped
    }
}
