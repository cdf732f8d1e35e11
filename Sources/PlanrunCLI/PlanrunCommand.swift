package import ArgumentParser

/// The command line: parses arguments and hands them to a verb.
package struct PlanrunCommand: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "planrun",
        abstract: "Move a live Redis to Dragonfly, Valkey or a newer Redis, by a plan that is reviewed first.",
        discussion: """
            A plan says what shall happen; planrun checks it, carries it out, records every step, and can go on or go back.
            Exit codes: 0 done, 1 failed and nothing left half done, 2 invalid plan or arguments, 3 stopped and can be \
            resumed, 4 a person is needed.
            """,
        version: "planrun 0.1.0",
        subcommands: [
            ValidateVerb.self, PlanVerb.self, CheckVerb.self, ApplyVerb.self, ResumeVerb.self, RollbackVerb.self,
            StatusVerb.self, GraphVerb.self, RehearseVerb.self, SchemaVerb.self,
        ])

    package init() {}

    /// Runs the process and ends it. Nothing escapes: an error that leaves `@main` would be a crash with a backtrace.
    package static func runProcess() async -> Never {
        Signals.ignoreBrokenPipes()
        do {
            var command = try parseAsRoot()
            if var verb = command as? any AsyncParsableCommand {
                try await verb.run()
            } else {
                try command.run()
            }
            exit()
        } catch let status as ExitStatus {
            exit(withError: ExitCode(status.rawValue))
        } catch {
            let code = exitCode(for: error)
            // Help and version are no mistakes; everything else here is one in the arguments.
            if code.isSuccess { exit(withError: error) }
            CommandContext.live(isPlain: true).message(fullMessage(for: error))
            exit(withError: ExitCode(ExitStatus.invalid.rawValue))
        }
    }
}

/// A verb of planrun. The real context is built once, here; tests call `run(_:)` with their own.
protocol Verb: AsyncParsableCommand {
    var display: DisplayOptions { get }
    func run(_ context: CommandContext) async throws -> ExitStatus
}

extension Verb {
    func run() async throws {
        let status = try await run(CommandContext.live(isPlain: display.noColor))
        guard status == .success else { throw status }
    }
}

/// What every verb takes.
struct DisplayOptions: ParsableArguments {
    @Flag(name: .customLong("no-color"), help: "Print without colour; so do NO_COLOR and a pipe.")
    var noColor = false
}

enum TextFormat: String, ExpressibleByArgument, CaseIterable {
    case text, json
}
