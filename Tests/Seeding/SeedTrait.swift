package import Testing

extension Trait where Self == IssueHandlingTrait {
    /// For tests that draw: a failure says how the same is drawn again.
    package static var saysSeed: Self {
        .compactMapIssues { issue in
            var issue = issue
            issue.comments.append("PLANRUN_SEED=\(SeededRandom.seed) draws the same again")
            return issue
        }
    }
}
