import FoundationEssentials
import Testing

@testable import PlanrunCLI

struct SchemaTests {
    /// Regenerate with: swift run planrun schema > schemas/plan.schema.json
    @Test func `the schema of the repository is what the verb prints, byte for byte`() async throws {
        let printed = await Console().run("schema")
        #expect(printed.status == .success)
        let file = try #require(FileManager.default.contents(atPath: "\(repository)schemas/plan.schema.json"))
        #expect(Data(printed.output.utf8) == file)
    }
}
