import FoundationEssentials
import Rehearsal
import SystemPackage
import TestKit
import Testing

extension LiveCutoverTests {
    /// The article "Plans in pull requests" does what it says.
    @Suite struct PullRequestArticleTests {
        private static let article = String(
            #filePath.dropLast("Tests/LiveTests/Cutover/PullRequestArticleTests.swift".count)
                + "Sources/planrun/planrun.docc/PlansInPullRequests.md")

        /// A block of the article: a script, and what is among its output.
        private struct Example {
            let script: String
            var output: [String] = []
        }

        @Test func `every command of the article does what stands below it`() async throws {
            var description = LabDescription(
                sentinels: .init(primary: "sessions", count: 3, infoPeriod: .milliseconds(200)))
            description.replicaCount = 1
            try await withLab(description) { lab in
                let migration = try Migration(lab, name: "unused")
                try await migration.fill()
                let repository = try await Self.repository(in: lab.folder.path)
                let examples = try Self.examples(for: lab)
                #expect(examples.count == 6)
                try await migration.underLoad("the article") { _ in
                    for example in examples {
                        let outcome = try await Shell.script(example.script, in: repository)
                        #expect(outcome.exitCode == 0, "\(example.script)\n\(outcome.output)")
                        for line in example.output {
                            #expect(outcome.output.contains(line), "\(example.script)\n\(outcome.output)")
                        }
                    }
                }
                let comment = try readText(repository.appending("comment.md").string)
                #expect(comment.contains("```mermaid"))
                try await lab.expectMigrated()
            }
        }

        private static func repository(in folder: FilePath) async throws -> FilePath {
            let path = folder.appending("repository")
            try FileManager.default.createDirectory(
                atPath: path.appending("plans").string, withIntermediateDirectories: true)
            let outcome = try await Shell.script(
                "git init --quiet\ngit config user.name planrun\ngit config user.email planrun@example.net", in: path)
            #expect(outcome.exitCode == 0, "\(outcome.output)")
            return path
        }

        private static func examples(for lab: Lab) throws -> [Example] {
            let text = try readText(article)
                .replacing("10.0.0.3:26379", with: "\(lab.address(of: lab.sentinels[0]))")
                .replacing("10.0.0.2:6379", with: "\(lab.address(of: lab.target))")
            var examples: [Example] = []
            for match in text.matches(of: /(?s)```(sh|text)\n(.*?)```/) {
                let body = String(match.output.2)
                if match.output.1 == "sh" {
                    examples.append(Example(script: body))
                } else {
                    let last = try #require(examples.indices.last)
                    examples[last].output += body.split(separator: "\n").map(String.init)
                }
            }
            return examples
        }
    }
}
