import FoundationEssentials
import Synchronization
import Testing

/// What a test has seen on its way. It is printed where the test fails; a test that passes prints only its own line.
final class Notes: Sendable {
    @TaskLocal private static var current: Notes?

    private let lines = Mutex<[String]>([])
    private let hasFailed = Atomic(false)

    /// Keeps a line for the test whose task calls this.
    static func add(_ line: String) { current?.lines.withLock { $0.append(line) } }

    /// Keeps lines for the present test. It is for tasks that do not inherit the task-local values of the test.
    static var adder: @Sendable (String) -> Void {
        let notes = current
        return { line in notes?.lines.withLock { $0.append(line) } }
    }

    /// Keeps the notes of every test of a suite.
    struct Keeping: SuiteTrait, TestTrait, TestScoping {
        var isRecursive: Bool { true }

        func provideScope(
            for test: Test, testCase: Test.Case?, performing function: @Sendable () async throws -> Void
        ) async throws {
            let notes = Notes()
            defer { notes.printIfFailed() }
            let seeing = IssueHandlingTrait.compactMapIssues { issue in
                notes.hasFailed.store(true, ordering: .relaxed)
                return issue
            }
            do {
                try await seeing.provideScope(for: test, testCase: testCase) {
                    try await Notes.$current.withValue(notes) { try await function() }
                }
            } catch {
                notes.hasFailed.store(true, ordering: .relaxed)
                throw error
            }
        }
    }

    private func printIfFailed() {
        guard hasFailed.load(ordering: .relaxed) else { return }
        let text = lines.withLock { $0.joined(separator: "\n") }
        if !text.isEmpty { print(text) }
    }
}

extension Trait where Self == Notes.Keeping {
    static var keepsNotes: Self { Self() }
}
