package import Testing

extension Trait where Self == IssueHandlingTrait {
    /// For tests with random numbers: a failure says which seed repeats the run.
    package static var saysSeed: Self {
        .compactMapIssues { issue in
            var issue = issue
            issue.comments.append("PLANRUN_SEED=\(SeededRandom.seed) draws the same again")
            return issue
        }
    }
}
