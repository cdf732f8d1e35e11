import TestKit
import Testing

extension LiveTests {
    @Suite struct PlanrunProcessTests {
        @Test func `the built planrun runs, and what it prints comes line by line`() async throws {
            let outcome = try await PlanrunProcess.run(["--help"])
            #expect(outcome.exitCode == 0)
            #expect(outcome.standardOutput.contains { $0.hasPrefix("USAGE: planrun") })
            #expect(outcome.standardOutput.allSatisfy { !$0.contains(where: \.isNewline) })
            #expect(outcome.standardError == [])
        }
    }
}
