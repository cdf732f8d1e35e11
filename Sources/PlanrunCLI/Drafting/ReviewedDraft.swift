import Diagnostics
import Operations
import PlanModel
import PlanReview
import Values
import YAMLTree

/// A draft as a file, after a look at it with the eyes of a reviewer. What `planrun lint` would find, and what cannot be
/// otherwise on these servers, has a comment that allows it and says why.
struct ReviewedDraft {
    let file: SourceFile
    /// What the rules still find: something for a person. Also what the reader finds, if the draft is no plan.
    let findings: [Diagnostic]

    init(_ draft: PlanDraft, path: String) {
        let bare = Self.formatted(SourceFile(path: path, text: draft.text))
        let allowed = Self.formatted(
            SourceFile(path: path, text: Self.allowing(Self.findings(in: bare), draft.found, in: bare.text)))
        file = allowed
        findings = Self.findings(in: allowed)
    }

    private static func formatted(_ file: SourceFile) -> SourceFile {
        SourceFile(path: file.path, text: YAMLFormatter.format(file) ?? file.text)
    }

    private static func findings(in file: SourceFile) -> [Diagnostic] {
        Review(file, checks: PreflightCatalogue.declarations, applying: PreflightCatalogue.declarations(for:))
            .diagnostics
    }

    /// The text with a comment above each line that a rule objects to for a reason that is known here.
    private static func allowing(_ findings: [Diagnostic], _ found: Discovery, in text: String) -> String {
        var lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        var comments: [Int: [String]] = [:]
        for finding in findings {
            guard let line = finding.range?.start.line, lines.indices.contains(line - 1),
                let reason = reason(for: finding.topic.id, found)
            else { continue }
            let margin = lines[line - 1].prefix { $0 == " " }
            let comment = "\(margin)# planrun: allow \(finding.topic.id): \(reason)"
            if comments[line]?.contains(comment) != true { comments[line, default: []].append(comment) }
        }
        for (line, comments) in comments.sorted(by: { $0.key > $1.key }) {
            lines.insert(contentsOf: comments, at: line - 1)
        }
        return lines.joined(separator: "\n")
    }

    /// Why these servers do not let the plan be as the rule wants it; `nil` if a person should decide.
    private static func reason(for rule: String, _ found: Discovery) -> String? {
        switch rule {
        case "single-sentinel": "it knows of no other"
        case "even-sentinels": "they know of no others"
        case "no-tls", "password-in-clear": "that is how these servers were reached when the plan was written"
        case "swapped-secrets": sharesPassword(found) ? "one password serves several of these servers" : nil
        case "one-way-engines": "a person is told what going back gives up, and agrees first"
        case "long-timeout": found.datasetText.map { "\($0) take long to copy" }
        default: nil
        }
    }

    private static func sharesPassword(_ found: Discovery) -> Bool {
        let passwords = [found.source.access, found.target.access, found.sentinelAccess].compactMap(\.password)
        return Set(passwords).count < passwords.count
    }
}
