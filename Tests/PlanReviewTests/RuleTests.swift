import Diagnostics
import Operations
import PlanModel
import PlanReview
import Testing

struct RuleTests {
    @Test(arguments: RulePlan.all)
    func `a rule finds what is wrong, on its line, and no other finds anything`(_ plan: RulePlan) {
        let review = plan.review()
        #expect(review.plan != nil)
        #expect(review.summary == plan.expected, "\n\(TextRenderer().render(review.diagnostics))")
        #expect(plan.expected.contains { $0.hasSuffix(" \(plan.rule)") })
    }

    @Test func `every rule has a plan, and every plan a rule`() {
        #expect(RulePlan.all.map(\.rule).sorted() == RuleCatalogue.declarations.map(\.id).sorted())
    }

    @Test(arguments: RulePlan.examples)
    func `the example plans have no findings but notes`(_ plan: RulePlan) {
        let findings = plan.review().diagnostics.filter { $0.severity != .note }
        #expect(findings.isEmpty, "\n\(TextRenderer().render(findings))")
    }

    @Test func `a file that is no plan has the mistakes that the reader finds, and no others`() {
        let review = Review.of(SourceFile(path: "x", text: "version: 1\nsteps: [{ failover: {} }]\n"))
        #expect(review.plan == nil)
        #expect(review.diagnostics.allSatisfy { $0.code != nil })
        #expect(!review.diagnostics.isEmpty)
    }

    @Test func `rules say what they are alike, and in words that are theirs alone`() {
        let rules = RuleCatalogue.declarations
        let words = rules.map(\.id) + DiagnosticCode.allCases.map(\.rawValue)
        #expect(Set(words).count == words.count)
        for rule in rules {
            #expect(rule.id.wholeMatch(of: /[a-z]+(-[a-z]+)*/) != nil)
            #expect(rule.reason.hasSuffix("."), "\(rule.id)")
            for line in [rule.summary, rule.remedy] {
                #expect(!line.hasSuffix(".") && line.first?.isUppercase != true, "\(line)")
            }
        }
    }

    @Test func `findings are written as other messages are, and each says what to do`() {
        for finding in RulePlan.all.flatMap({ $0.review().diagnostics }) {
            for sentence in [finding.message] + finding.help {
                #expect(!sentence.hasSuffix(".") && sentence.first?.isUppercase != true, "\(sentence)")
                #expect(sentence.unicodeScalars.count < 160, "\(sentence)")
            }
            #expect(!finding.help.isEmpty)
            #expect(finding.range != nil)
        }
    }

    @Test func `a limit of the plan is one that Sentinels of a monitor step have`() {
        let text = RulePlan.all.first { $0.rule == "quorum-one" }?.text ?? ""
        let short = text.replacing("quorum: 1", with: "down-after: 3s")
        #expect(Review.of(SourceFile(path: "x", text: short)).summary.contains("19 write-pause-near-down-after"))
        let long = text.replacing("quorum: 1", with: "down-after: 1m").replacing(
            "failover: {}", with: "failover: { write-pause: 20s }")
        #expect(Review.of(SourceFile(path: "x", text: long)).summary == [])
    }
}
