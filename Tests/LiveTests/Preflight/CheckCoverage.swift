import Operations
import Synchronization
import Testing

/// Declares which checks a test sees pass and miss, each on real servers, and fails the test where it does not.
///
/// `CheckCoverageTests` looks for these declarations in the sources of the tests, and so finds a check without such a
/// test.
struct CheckCoverage: TestTrait, TestScoping {
    let checks: [String]

    func provideScope(
        for test: Test, testCase: Test.Case?, performing function: @Sendable () async throws -> Void
    ) async throws {
        let seen = SeenFindings()
        try await SeenFindings.$current.withValue(seen) { try await function() }
        for check in checks {
            #expect(seen.passed.contains(check), "'\(check)' never passed")
            #expect(seen.missed.contains(check), "'\(check)' was never missed")
        }
    }
}

extension Trait where Self == CheckCoverage {
    static func covers(_ checks: String...) -> Self { CheckCoverage(checks: checks) }
}

/// The checks that passed or missed in the test that runs now.
final class SeenFindings: Sendable {
    @TaskLocal static var current: SeenFindings?

    private let ids = Mutex<(passed: Set<String>, missed: Set<String>)>(([], []))

    var passed: Set<String> { ids.withLock { $0.passed } }
    var missed: Set<String> { ids.withLock { $0.missed } }

    func note(_ check: String, _ finding: Finding) {
        ids.withLock { ids in
            if finding.passes { _ = ids.passed.insert(check) } else { _ = ids.missed.insert(check) }
        }
    }
}

extension String {
    /// The text with a `#` for each number, since measured numbers differ each time.
    var masked: String { replacing(#/\d+(\.\d+)?/#) { _ in "#" } }

    /// The text with a `#` for each duration and `# iB` for each size, whatever its unit.
    var units: String {
        masked.replacing(#/# (bytes|[KMGT]iB)/#) { _ in "# iB" }.replacing(#/(#(ms|h|m|s))+/#) { _ in "#" }
    }
}
