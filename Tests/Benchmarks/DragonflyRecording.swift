import ArgumentParser
import Rehearsal
import TestKit

/// Asks a real Dragonfly for the answers that the stand-in gives in the tests. It measures nothing; it is a tool for
/// developers.
struct DragonflyRecording: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "dragonfly-record",
        abstract: "Ask a real Dragonfly what the tests' stand-in for it answers.",
        discussion: """
            Asks every question of Tests/TestKit/DragonflyRecord/Record.json in every situation again and writes the \
            answers there. A question is a command; '{name}' in it stands for a word that is another one each time.
            """)

    @Option(help: "The Dragonfly; by default the one in PATH.")
    var program: String?

    @Option(name: .customLong("add"), parsing: .singleValue, help: "A further question; repeatable.")
    var added: [String] = []

    @Flag(help: "Write nothing; fail where the answers differ from the record.")
    var check = false

    func run() async throws {
        guard let program = program ?? ServerProgram.dragonfly.path else {
            throw ValidationError("there is no 'dragonfly' in PATH; say where it is with --program")
        }
        let record = try await recordDragonfly(program: program, added: added) { Progress.note($0) }
        let differences = record.differences(from: .recorded)
        for difference in differences { print(difference) }
        if check {
            guard differences.isEmpty else { throw ExitCode.failure }
        } else {
            try record.write(to: DragonflyRecord.file)
        }
    }
}
