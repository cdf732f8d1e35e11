import Escaping
internal import FoundationEssentials

/// Diagnostics as a SARIF log, which code scanning services and editors read.
///
/// Source: OASIS, "Static Analysis Results Interchange Format (SARIF) Version 2.1.0"; what GitHub's code scanning wants
/// beyond it: docs.github.com, "SARIF support for code scanning". Columns count Unicode scalars, which the log says.
package struct SARIFRenderer: DiagnosticRenderer {
    package static var meaning: String? { "SARIF 2.1.0, for code scanning" }
    package static var isData: Bool { true }

    private let version: String?

    package init(_ surface: DiagnosticSurface) { version = surface.version }

    package func render(_ diagnostics: [Diagnostic]) -> String {
        var topics: [DiagnosticTopic] = []
        var positions: [String: Int] = [:]
        for diagnostic in diagnostics where positions[diagnostic.topic.id] == nil {
            positions[diagnostic.topic.id] = topics.count
            topics.append(diagnostic.topic)
        }
        var fingerprints = Fingerprints()
        let results = diagnostics.map { diagnostic in
            SARIFLog.Result(
                diagnostic, ruleIndex: positions[diagnostic.topic.id] ?? 0, fingerprint: fingerprints.next(diagnostic))
        }
        let log = SARIFLog(version: version, rules: topics.map(SARIFLog.Rule.init), results: results)
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        guard let data = try? encoder.encode(log) else {
            preconditionFailure("a log holds only strings, numbers and lists of them")
        }
        return VisibleText.escapeJSON(String(decoding: data, as: UTF8.self))
    }
}

/// The parts of a SARIF log that planrun writes, under the names that the standard gives them.
private struct SARIFLog: Encodable {
    struct Text: Encodable {
        let text: String
    }

    struct Rule: Encodable {
        let id: String
        let shortDescription: Text
        let fullDescription: Text
        let help: Text

        init(_ topic: DiagnosticTopic) {
            id = topic.id
            shortDescription = Text(text: topic.summary)
            fullDescription = Text(text: topic.reason ?? topic.summary)
            help = fullDescription
        }
    }

    struct Region: Encodable {
        let startLine: Int
        let startColumn: Int
        let endLine: Int
        let endColumn: Int

        init(_ range: SourceRange) {
            startLine = range.start.line
            startColumn = range.start.column
            endLine = range.end.line
            endColumn = range.end.column
        }
    }

    struct ArtifactLocation: Encodable {
        let uri: String

        init(path: String) { uri = Self.uri(of: path) }
    }

    struct Location: Encodable {
        struct Physical: Encodable {
            let artifactLocation: ArtifactLocation
            let region: Region?
        }

        let physicalLocation: Physical
        let message: Text?

        init(path: String, range: SourceRange?, message: String? = nil) {
            physicalLocation = Physical(
                artifactLocation: ArtifactLocation(path: path), region: range.map(Region.init))
            self.message = message.map(Text.init)
        }
    }

    struct Fix: Encodable {
        struct Change: Encodable {
            let artifactLocation: ArtifactLocation
            let replacements: [Replacement]
        }

        struct Replacement: Encodable {
            let deletedRegion: Region
            let insertedContent: Text
        }

        let description: Text
        let artifactChanges: [Change]

        init(_ fix: Diagnostic.Fix, path: String) {
            description = Text(text: fix.title)
            artifactChanges = [
                Change(
                    artifactLocation: ArtifactLocation(path: path),
                    replacements: fix.edits.map {
                        Replacement(deletedRegion: Region($0.range), insertedContent: Text(text: $0.text))
                    })
            ]
        }
    }

    struct Result: Encodable {
        let ruleId: String
        let ruleIndex: Int
        let level: String
        let message: Text
        let locations: [Location]
        let relatedLocations: [Location]?
        let partialFingerprints: [String: String]
        let fixes: [Fix]?

        init(_ diagnostic: Diagnostic, ruleIndex: Int, fingerprint: String) {
            ruleId = diagnostic.topic.id
            self.ruleIndex = ruleIndex
            level = diagnostic.severity.rawValue
            message = Text(text: ([diagnostic.message] + diagnostic.help.map { "help: \($0)" }).joined(separator: "\n"))
            // GitHub shows a result only with a region, so one about the whole file is shown at its first line.
            let first = SourcePosition(line: 1, column: 1)
            locations = [Location(path: diagnostic.path, range: diagnostic.range ?? SourceRange(first, first))]
            let related = diagnostic.labels.map {
                Location(path: diagnostic.path, range: $0.range, message: $0.text)
            }
            relatedLocations = related.isEmpty ? nil : related
            partialFingerprints = ["planrun/v1": fingerprint]
            fixes = diagnostic.fix.map { [Fix($0, path: diagnostic.path)] }
        }
    }

    struct Run: Encodable {
        struct Tool: Encodable {
            struct Driver: Encodable {
                let name = "planrun"
                let semanticVersion: String?
                let rules: [Rule]
            }

            let driver: Driver
        }

        let tool: Tool
        let columnKind = "unicodeCodePoints"
        let results: [Result]
    }

    let schema = "https://json.schemastore.org/sarif-2.1.0.json"
    let version = "2.1.0"
    let runs: [Run]

    /// - Parameter program: the version of planrun.
    init(version program: String?, rules: [Rule], results: [Result]) {
        runs = [Run(tool: .init(driver: .init(semanticVersion: program, rules: rules)), results: results)]
    }

    enum CodingKeys: String, CodingKey {
        case version, runs
        case schema = "$schema"
    }
}

extension SARIFLog.ArtifactLocation {
    /// A path as a URI reference: `plans/prod.yaml`, or `file:///…` for an absolute one. Bytes that a URI does not
    /// allow are written as `%XX` (RFC 3986, section 2.1).
    fileprivate static func uri(of path: String) -> String {
        var relative = path[...]
        while relative.hasPrefix("./") { relative = relative.dropFirst(2) }
        let allowed = "-._~/!$&'()*+,;=@".utf8
        let written = relative.utf8.reduce(into: "") { text, byte in
            let isPlain =
                (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
                || (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte)
                || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte) || allowed.contains(byte)
            let hex = String(byte, radix: 16, uppercase: true)
            text += isPlain ? String(Unicode.Scalar(byte)) : "%" + (byte < 16 ? "0" : "") + hex
        }
        return path.hasPrefix("/") ? "file://" + written : written
    }
}
