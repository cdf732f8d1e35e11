import Diagnostics
import PlanModel
import Testing

struct FixtureTests {
    @Test(arguments: Fixture.all("invalid"))
    func `every mistake is reported on its line, and nothing else`(_ fixture: Fixture) {
        let reading = fixture.read()
        #expect(
            reading.summary.sorted() == fixture.expected.sorted(), "\n\(TextRenderer().render(reading.diagnostics))")
        #expect(!fixture.expected.isEmpty)
        let hasError = reading.diagnostics.contains { $0.severity == .error }
        #expect((reading.plan == nil) == hasError)
    }

    @Test(arguments: Fixture.all("valid"))
    func `a plan without mistakes is read`(_ fixture: Fixture) {
        let reading = fixture.read()
        #expect(reading.diagnostics.isEmpty, "\n\(TextRenderer().render(reading.diagnostics))")
        #expect(reading.plan != nil)
    }

    @Test func `every code has a fixture`() {
        let seen = Set(
            (Fixture.all("invalid").flatMap(\.expected) + LargeFixtures.expected).compactMap {
                $0.split(separator: " ").last
            })
        let missing = DiagnosticCode.allCases.map(\.rawValue).filter { !seen.contains(Substring($0)) }
        #expect(missing == [])
    }

    @Test func `no message repeats a secret that stands in the plan`() {
        for fixture in Fixture.all("invalid") where fixture.name.contains("secret") {
            let reading = fixture.read()
            let text = TextRenderer(isColored: true).render(reading.diagnostics)
            #expect(!text.contains("hunter2") && !text.contains("123456"), "\(fixture.name):\n\(text)")
            #expect(!reading.diagnostics.contains { "\($0.record)".contains("hunter2") })
        }
    }

    @Test func `every mistake but those of the text says what to do`() {
        let silent: Set<DiagnosticCode> = [
            .yamlSyntax, .outOfRange, .wrongType, .invalidValue, .unknownValue, .notSupportedYet,
        ]
        for fixture in Fixture.all("invalid") {
            for diagnostic in fixture.read().diagnostics where diagnostic.code.map(silent.contains) != true {
                #expect(!diagnostic.help.isEmpty, "\(fixture.name): \(diagnostic.message)")
            }
        }
    }

    private static let names = ["Sentinel", "YAML"]

    @Test func `messages are written alike`() {
        for diagnostic in Fixture.all("invalid").flatMap({ $0.read().diagnostics }) {
            for sentence in [diagnostic.message] + diagnostic.help {
                #expect(
                    !sentence.hasSuffix(".") && sentence.first?.isUppercase != true
                        || Self.names.contains { sentence.hasPrefix($0) }, "\(sentence)")
                #expect(sentence.unicodeScalars.count < 160, "\(sentence)")
            }
        }
    }
}

/// Plans that are too large to keep as files.
struct LargeFixtures {
    static let expected = [
        "- error: file-too-large", "- error: file-unwritable", "1 error: too-many-nodes", "- error: too-many-findings",
        // This warning depends on the environment; see `SecretDisclosureTests`.
        "3 warning: secret-environment-unset",
    ]

    @Test func `a file with more mistakes than anybody reads is told so`() {
        let text = "version: 1\n" + (1...2_000).map { "key\($0): 1\n" }.joined()
        let reading = Plan.read(SourceFile(path: "x", text: text), checks: [])
        #expect(reading.plan == nil)
        #expect(reading.summary.count == 1_001)
        #expect(reading.summary.last == "- error: too-many-findings")
    }

    @Test func `a file above the limit is not read`() {
        #expect(Plan.load(path: "/dev/zero", checks: []).summary == ["- error: file-too-large"])
    }

    @Test func `a file with more values than the limit is not read`() {
        let text = "[" + String(repeating: "1,", count: 500_000) + "]"
        #expect(
            Plan.read(SourceFile(path: "large.yaml", text: text), checks: []).summary == ["1 error: too-many-nodes"])
    }
}
