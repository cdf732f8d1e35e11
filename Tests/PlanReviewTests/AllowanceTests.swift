import Diagnostics
import Operations
import PlanModel
import PlanReview
import Testing

struct AllowanceTests {
    private static let rules = RulePlan.all.filter { plan in
        !["allow-", "unknown-directive"].contains { plan.rule.hasPrefix($0) }
    }

    @Test(arguments: rules)
    func `a comment above the place silences the rule there, and nothing else`(_ plan: RulePlan) throws {
        let lines = Set(
            plan.review().diagnostics.filter { $0.topic.id == plan.rule }.compactMap { $0.range?.start.line })
        var text = plan.text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        for line in lines.sorted(by: >) {
            let margin = text[line - 1].prefix { $0 == " " }
            text.insert("\(margin)# planrun: allow \(plan.rule): a person has agreed", at: line - 1)
        }
        let others = plan.expected.map { $0.split(separator: " ")[1] }.filter { $0 != plan.rule }
        let review = plan.review(text.joined(separator: "\n"))
        #expect(review.diagnostics.map(\.topic.id) == others.map(String.init))
    }

    @Test(arguments: rules)
    func `a comment at the end of the line does, too`(_ plan: RulePlan) {
        let text = plan.text.replacing("# finds: \(plan.rule)", with: "# planrun: allow \(plan.rule): agreed")
        let others = plan.expected.map { $0.split(separator: " ")[1] }.filter { $0 != plan.rule }
        #expect(plan.review(text).diagnostics.map(\.topic.id) == others.map(String.init))
    }

    private func review(_ old: String, _ new: String) -> [String] {
        let plan = RulePlan.all.first { $0.rule == "single-sentinel" }
        return plan?.review(plan?.text.replacing(old, with: new)).summary ?? []
    }

    @Test func `above the first key it holds for the whole file`() {
        #expect(review("version: 1", "# planrun: allow single-sentinel: agreed\nversion: 1") == [])
    }

    @Test func `it holds for all that belongs to the key, and not for what stands beside`() {
        #expect(review("sentinel:", "# planrun: allow single-sentinel: agreed\nsentinel:") == [])
        #expect(review("sentinel:", "sentinel: # planrun: allow single-sentinel: agreed") == [])
        let beside = review("target:", "# planrun: allow single-sentinel: agreed\ntarget:")
        #expect(beside == ["5 allow-unused", "9 single-sentinel"])
    }

    @Test func `blank lines and other comments may stand between`() {
        #expect(review("sentinel:", "# planrun: allow single-sentinel: agreed\n\n# all of them\nsentinel:") == [])
    }

    @Test func `at the end of the file it silences nothing`() {
        let after = review(
            "after-cutover: discard-writes", "after-cutover: discard-writes\n# planrun: allow no-tls: no")
        #expect(after == ["8 single-sentinel", "23 allow-unused"])
    }

    @Test func `without a reason or a colon it silences nothing`() {
        for comment in ["allow single-sentinel", "allow single-sentinel:", "allow single-sentinel agreed"] {
            #expect(
                review("sentinel:", "sentinel: # planrun: \(comment)") == [
                    "6 allow-without-reason", "8 single-sentinel",
                ])
        }
    }

    @Test func `text in quotes and blocks is no comment`() {
        let quoted = review(
            "description: One rule", "description: 'a # planrun: allow no-tls: x' # planrun: nothing\n#")
        #expect(quoted == ["3 unknown-directive", "9 single-sentinel"])
        let block = review(
            "description: One rule", "description: |\n  a\n  # planrun: allow no-tls: x\n# planrun: nothing\n#")
        #expect(block == ["6 unknown-directive", "12 single-sentinel"])
    }

    @Test func `what the reader warns of is silenced as well`() {
        let text = RulePlan.all.first { $0.rule == "no-backup" }?.text.replacing(
            "tls: true }", with: "tls: { verify: false } }")
        let file = SourceFile(path: "x", text: text ?? "")
        #expect(Review.of(file).summary == ["4 unverified-tls", "5 unverified-tls", "11 no-backup"])
        let allowed = SourceFile(path: "x", text: "# planrun: allow unverified-tls: a test\n" + file.text)
        #expect(Review.of(allowed).summary == ["12 no-backup"])
    }
}

struct FixTests {
    private func fixed(_ rule: String, _ old: String = "", _ new: String = "") -> (text: String, count: Int) {
        let text = RulePlan.all.first { $0.rule == rule }?.text ?? ""
        let (file, count) = Review.fixed(
            SourceFile(path: "x", text: old.isEmpty ? text : text.replacing(old, with: new)),
            checks: PreflightCatalogue.declarations, applying: PreflightCatalogue.declarations(for:))
        return (file.text, count)
    }

    @Test func `a preflight is put first`() {
        let (text, count) = fixed("no-preflight")
        #expect(count == 1)
        #expect(text.contains("steps: # finds: no-preflight\n  - preflight: {}\n  - backup: {}\n"))
        #expect(Review.of(SourceFile(path: "x", text: text)).summary == [])
    }

    @Test func `a verify is put behind the failover, whether or not the file ends there`() {
        let (text, count) = fixed("no-verify-after-failover")
        #expect(count == 1)
        #expect(
            text.contains(
                "\n  - failover: {} # finds: no-verify-after-failover\n  - verify: { id: cutover }\nrollback:"))
        let (last, _) = fixed(
            "no-verify-after-failover", "\nrollback:\n  on-failure: automatic\n  after-cutover: discard-writes\n", "")
        #expect(last.hasSuffix("\n  - verify: { id: cutover }"))
    }

    @Test func `nothing is fixed where that could change what waits for what`() {
        #expect(fixed("no-preflight", "backup: {}", "backup: { needs: [] }").count == 0)
        #expect(fixed("no-preflight", "replicaof: {}", "replicaof: { needs: [] }").count == 0)
        #expect(
            fixed("no-verify-after-failover", "failover: {}", "failover: {}\n  - verify: { needs: [data] }").count == 0)
    }

    @Test func `a comment that silences nothing goes, with its line or the blanks before it`() {
        let (alone, _) = fixed("allow-unused")
        #expect(alone.contains("\n  tls: true\nsteps:"))
        let (behind, _) = fixed(
            "allow-unused", "# planrun: allow single-sentinel: the second comes next month\nsteps:",
            "steps:   # planrun: allow no-tls: none")
        #expect(behind.contains("\nsteps:\n  - preflight"))
    }

    @Test func `what a person has to decide stays as it is`() {
        for plan in RulePlan.all where plan.review().diagnostics.allSatisfy({ $0.fix == nil }) {
            #expect(fixed(plan.rule) == (plan.text, 0))
        }
    }

    @Test func `after a fix its finding is gone`() {
        for plan in RulePlan.all where plan.review().diagnostics.contains(where: { $0.fix != nil }) {
            let text = fixed(plan.rule).text
            #expect(!Review.of(SourceFile(path: "x", text: text)).diagnostics.contains { $0.topic.id == plan.rule })
        }
    }
}
