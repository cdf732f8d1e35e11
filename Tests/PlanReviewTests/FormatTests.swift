import Diagnostics
import Foundation
import PlanReview
import Testing

/// What every format makes of the example plans and of a wrong plan for each rule.
struct FormatTests {
    private static let folder = RulePlan.root + "Tests/PlanReviewTests/Fixtures/formats/"

    private static let diagnostics =
        RulePlan.examples.flatMap { Review.of(SourceFile(path: "plans/\($0.name)", text: $0.text)).diagnostics }
        + RulePlan.all.flatMap { Review.of(SourceFile(path: "rules/\($0.name)", text: $0.text)).diagnostics }

    private static func render(_ format: DiagnosticFormat, _ diagnostics: [Diagnostic] = diagnostics) -> String {
        format == .text
            ? TextRenderer(width: 120, limit: .max).render(diagnostics)
            : format.renderer.init(DiagnosticSurface(version: "1.2.3")).render(diagnostics)
    }

    @Test(arguments: DiagnosticFormat.allCases)
    func `the output is the one that was looked at`(_ format: DiagnosticFormat) throws {
        let path = Self.folder + "\(format.rawValue).txt"
        let text = Self.render(format) + "\n"
        if ProcessInfo.processInfo.environment["PLANRUN_WRITE_FORMATS"] != nil {
            try Data(text.utf8).write(to: URL(filePath: path))
        }
        let kept = FileManager.default.contents(atPath: path).map { String(decoding: $0, as: UTF8.self) }
        #expect(kept == text, "look at what PLANRUN_WRITE_FORMATS=1 makes of \(path)")
    }

    // MARK: GitHub

    private struct Command: Equatable {
        var word: String
        var properties: [String: String]
        var message: String

        /// As the runner of GitHub Actions reads a line.
        init?(_ line: Substring) {
            guard let match = line.wholeMatch(of: /::(error|warning|notice) ([^:]*)::(.*)/) else { return nil }
            word = String(match.1)
            properties = Dictionary(
                match.2.split(separator: ",").map { part in
                    let pair = part.split(separator: "=", maxSplits: 1)
                    return (String(pair[0]), Self.unescape(String(pair[1])))
                }, uniquingKeysWith: { first, _ in first })
            message = Self.unescape(String(match.3))
        }

        private static func unescape(_ text: String) -> String {
            text.replacing("%2C", with: ",").replacing("%3A", with: ":").replacing("%0A", with: "\n")
                .replacing("%0D", with: "\r").replacing("%25", with: "%")
        }
    }

    @Test func `GitHub reads back every diagnostic, the worst first`() throws {
        let lines = Self.render(.github).split(separator: "\n")
        let commands = lines.compactMap(Command.init)
        #expect(commands.count == lines.count)
        #expect(commands.first?.message == "GitHub shows 10 of each severity; the log of this step has all findings")
        let words = [Diagnostic.Severity.error: "error", .warning: "warning", .note: "notice"]
        let expected = Diagnostic.Severity.allCases.flatMap { severity in
            Self.diagnostics.filter { $0.severity == severity }
        }
        #expect(commands.count == expected.count + 1)
        for (command, diagnostic) in zip(commands.dropFirst(), expected) {
            let range = try #require(diagnostic.range)
            #expect(command.word == words[diagnostic.severity])
            #expect(command.properties["file"] == diagnostic.path)
            #expect(command.properties["line"] == "\(range.start.line)")
            #expect(command.properties["title"] == "planrun \(diagnostic.topic.id)")
            #expect(
                command.message
                    == ([diagnostic.message] + diagnostic.help.map { "help: \($0)" }).joined(separator: "\n"))
        }
    }

    @Test func `no text of a file can make a command or a property of GitHub's`() throws {
        let file = SourceFile(path: "a,b:c%0A::error::d.yaml", text: "x: 1\n")
        let diagnostic = Diagnostic(
            .error, .unknownKey, "50% of\n::set-output name=x::y", file: file,
            at: SourceRange(SourcePosition(line: 1, column: 1), SourcePosition(line: 2, column: 1)))
        let lines = Self.render(.github, [diagnostic]).split(separator: "\n")
        let command = try #require(lines.first.flatMap(Command.init))
        #expect(lines.count == 1)
        #expect(command.properties["file"] == file.path)
        #expect(command.message == diagnostic.message)
        // A place of several lines has no columns.
        #expect(Set(command.properties.keys) == ["file", "line", "endLine", "title"])
    }

    @Test func `up to ten of a severity need no notice`() {
        let note = Diagnostic(.note, .emptyFile, "x", file: SourceFile(path: "x", text: ""))
        #expect(Self.render(.github, Array(repeating: note, count: 10)).split(separator: "\n").count == 10)
        #expect(Self.render(.github, Array(repeating: note, count: 11)).split(separator: "\n").count == 12)
        #expect(Self.render(.github, []) == "")
    }

    // MARK: GitLab

    private struct Issue: Decodable {
        struct Location: Decodable {
            struct Lines: Decodable { let begin: Int }
            let path: String
            let lines: Lines
        }

        let description: String
        let checkName: String
        let fingerprint: String
        let severity: String
        let location: Location

        enum CodingKeys: String, CodingKey {
            case description, fingerprint, severity, location
            case checkName = "check_name"
        }
    }

    private func issues(_ diagnostics: [Diagnostic]) throws -> [Issue] {
        try JSONDecoder().decode([Issue].self, from: Data(Self.render(.gitlab, diagnostics).utf8))
    }

    @Test func `GitLab reads back every diagnostic`() throws {
        let issues = try issues(Self.diagnostics)
        #expect(issues.count == Self.diagnostics.count)
        for (issue, diagnostic) in zip(issues, Self.diagnostics) {
            #expect(issue.checkName == diagnostic.topic.id)
            #expect(issue.description.hasPrefix(diagnostic.message))
            #expect(issue.location.path == diagnostic.path)
            #expect(issue.location.lines.begin == diagnostic.range?.start.line)
            #expect(["info", "minor", "major", "critical", "blocker"].contains(issue.severity))
        }
        #expect(try self.issues([]).isEmpty)
    }

    @Test func `a fingerprint belongs to one finding and follows it to another line`() throws {
        let prints = try issues(Self.diagnostics).map(\.fingerprint)
        #expect(Set(prints).count == prints.count)
        let plan = try #require(RulePlan.examples.first)
        let moved = SourceFile(path: plan.name, text: "# one line more\n" + plan.text)
        #expect(
            try issues(plan.review().diagnostics).map(\.fingerprint)
                == issues(Review.of(moved).diagnostics).map(\.fingerprint))
        let path = "./plans/" + plan.name
        #expect(
            try issues(Review.of(SourceFile(path: path, text: plan.text)).diagnostics).first?.location.path == "plans/"
                + plan.name)
    }

    // MARK: SARIF

    private struct Log: Decodable {
        struct Text: Decodable { let text: String }
        struct Rule: Decodable {
            let id: String
            let shortDescription, fullDescription, help: Text
        }
        struct Region: Decodable { let startLine, startColumn, endLine, endColumn: Int }
        struct Artifact: Decodable { let uri: String }
        struct Physical: Decodable {
            let artifactLocation: Artifact
            let region: Region
        }
        struct Location: Decodable { let physicalLocation: Physical }
        struct Replacement: Decodable {
            let deletedRegion: Region
            let insertedContent: Text
        }
        struct Change: Decodable { let replacements: [Replacement] }
        struct Fix: Decodable { let artifactChanges: [Change] }
        struct Result: Decodable {
            let ruleId: String
            let ruleIndex: Int
            let level: String
            let message: Text
            let locations: [Location]
            let partialFingerprints: [String: String]
            let fixes: [Fix]?
        }
        struct Driver: Decodable { let rules: [Rule] }
        struct Tool: Decodable { let driver: Driver }
        struct Run: Decodable {
            let tool: Tool
            let results: [Result]
        }
        let version: String
        let runs: [Run]
    }

    private func run(_ diagnostics: [Diagnostic]) throws -> Log.Run {
        let log = try JSONDecoder().decode(Log.self, from: Data(Self.render(.sarif, diagnostics).utf8))
        #expect(log.version == "2.1.0")
        return try #require(log.runs.first)
    }

    @Test func `SARIF has every diagnostic, its rule with help, and its fix`() throws {
        let run = try run(Self.diagnostics)
        #expect(run.results.count == Self.diagnostics.count)
        for (result, diagnostic) in zip(run.results, Self.diagnostics) {
            #expect(result.ruleId == diagnostic.topic.id)
            #expect(run.tool.driver.rules[result.ruleIndex].id == result.ruleId)
            #expect(result.level == diagnostic.severity.rawValue)
            #expect(result.locations.first?.physicalLocation.artifactLocation.uri == diagnostic.path)
            #expect(result.locations.first?.physicalLocation.region.startColumn == diagnostic.range?.start.column)
            let replacements = result.fixes?.first?.artifactChanges.first?.replacements
            #expect(replacements?.map(\.insertedContent.text) == diagnostic.fix?.edits.map(\.text))
        }
        let rules = RuleCatalogue.declarations.filter { rule in run.tool.driver.rules.contains { $0.id == rule.id } }
        #expect(rules.count == RuleCatalogue.declarations.count)
        for rule in run.tool.driver.rules { #expect(!rule.help.text.isEmpty) }
    }

    @Test func `a path becomes a URI`() throws {
        func uri(_ path: String) throws -> String? {
            let diagnostic = Diagnostic(.error, .emptyFile, "x", file: SourceFile(path: path, text: ""))
            return try run([diagnostic]).results.first?.locations.first?.physicalLocation.artifactLocation.uri
        }
        #expect(try uri("plans/a b.yaml") == "plans/a%20b.yaml")
        #expect(try uri("./plans/ä#.yaml") == "plans/%C3%A4%23.yaml")
        #expect(try uri("/srv/plan.yaml") == "file:///srv/plan.yaml")
        #expect(try uri("<stdin>") == "%3Cstdin%3E")
        #expect(try uri("a:b.yaml") == "a%3Ab.yaml")
    }
}
