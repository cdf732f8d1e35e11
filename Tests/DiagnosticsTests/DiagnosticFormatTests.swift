import Testing

@testable import Diagnostics

@Suite struct DiagnosticFormatTests {
    private let diagnostic = Diagnostic(
        .error, .unknownKey, "no such key", file: SourceFile(path: "a/plan.yaml", text: "keey: 1\n"),
        at: SourceRange(SourcePosition(line: 1, column: 1), SourcePosition(line: 1, column: 5)),
        help: ["did you mean 'key'?"])

    @Test(arguments: DiagnosticFormat.allCases)
    func `every format says where it is, what it is and what to do`(_ format: DiagnosticFormat) {
        let text = format.renderer.init(DiagnosticSurface()).render([diagnostic])
        for part in ["a/plan.yaml", "unknown-key", "no such key", "did you mean 'key'?"] {
            #expect(text.contains(part), "\(part)")
        }
    }

    @Test func `JSON is one list`() {
        let json = JSONRenderer(DiagnosticSurface(isColored: true, width: 10))
        #expect(json.render([]) == "[\n\n]")
        #expect(json.render([diagnostic, diagnostic]).components(of: "\"code\" : \"unknown-key\"") == 2)
    }

    @Test func `the help of the option and the README name all of them`() throws {
        #expect(
            DiagnosticFormat.choices
                == "text, json: a list of all that was found, github: annotations of GitHub Actions, "
                + "gitlab: a Code Quality report of GitLab, or sarif: SARIF 2.1.0, for code scanning")
        let root = #filePath.dropLast("Tests/DiagnosticsTests/DiagnosticFormatTests.swift".count)
        let names = DiagnosticFormat.allCases.map(\.rawValue).joined(separator: #"\|"#)
        let line = try SourceFile.load(path: "\(root)README.md").text.split(separator: "\n").first {
            $0.hasPrefix("| `planrun validate")
        }
        #expect(line?.contains("(`--format \(names)`)") == true)
    }
}

extension String {
    fileprivate func components(of part: String) -> Int { ranges(of: part).count }
}
