package import ArgumentParser
import Diagnostics

/// The command line: parses arguments and hands them to a verb.
package struct PlanrunCommand: AsyncParsableCommand {
    static let versionNumber = "0.1.0"

    package static let configuration = CommandConfiguration(
        commandName: "planrun",
        abstract: "Move a live Redis to Dragonfly, Valkey or a newer Redis, by a plan that is reviewed first.",
        discussion: """
            First, and after each change of a plan:
              planrun init …          write a plan from what a Sentinel and the servers say
              planrun validate PLAN   is it a plan? every mistake at once
              planrun lint PLAN       what would a careful reviewer say about it?
              planrun rehearse PLAN   carry it out on private servers, under load
            Then:
              planrun plan PLAN       what would happen on the real servers?
              planrun apply PLAN      do it; every step is recorded
              planrun compare PLAN    do both servers hold the same keys and values?
              planrun report PLAN     what was done, for a ticket
              planrun decommission PLAN   in the end: take the old servers out of service
            If it stopped or failed:
              planrun status PLAN     how far is it, what do the servers say now?
              planrun resume PLAN     go on
              planrun rollback PLAN   go back
              planrun abandon PLAN    neither works: end the run as it is

            Exit codes:
              0  done, or nothing to do
              1  failed; rolled back, or nothing had been changed
              2  the plan or the arguments are invalid; nothing was done
              3  stopped; 'resume' goes on
              4  failed, and a person is needed
            """,
        version: "planrun \(versionNumber)",
        groupedSubcommands: [
            CommandGroup(
                name: "Read-only",
                subcommands: [
                    InitVerb.self, ValidateVerb.self, LintVerb.self, FmtVerb.self, DiffVerb.self, RehearseVerb.self,
                    PlanVerb.self,
                    ShowVerb.self,
                    CheckVerb.self,
                    CompareVerb.self, StatusVerb.self, ReportVerb.self,
                    GraphVerb.self, RunbookVerb.self, SchemaVerb.self,
                ]),
            CommandGroup(
                name: "Server-changing",
                subcommands: [
                    ApplyVerb.self, ResumeVerb.self, RollbackVerb.self, AbandonVerb.self, DecommissionVerb.self,
                ]),
        ])

    package init() {}

    /// Carries out the arguments of this process and ends the process with the verb's exit code.
    package static func runProcess() async -> Never {
        Signals.ignoreBrokenPipes()
        let outlets = Outlets()
        if let refusal = OpenFiles.makeRoom() {
            outlets.messages.write(refusal.text(CommandContext.MessageStyle()) + "\n")
            outlets.flush()
            exitProcess(.failure)
        }
        let status = await run(nil) { CommandContext.live(isPlain: $0, outlets) }
        // By now the record is complete and every command has been sent. What is left is only output that somebody may
        // want to read, so from here on a signal may end the process at once.
        Signals.endProcess()
        outlets.flush()
        exitProcess(status)
    }

    /// Parses arguments and carries them out. No error leaves this function: one that left `@main` would crash the
    /// process with a backtrace.
    /// - Parameters:
    ///   - arguments: without the name of the program; `nil` takes those of the process.
    ///   - context: called once, after the arguments have said whether colours are wanted.
    package static func run(
        _ arguments: [String]?, context: (_ isPlain: Bool) -> CommandContext
    ) async -> ExitStatus {
        do {
            let command = try parseAsRoot(arguments)
            guard let verb = command as? any Verb else {
                // Help and completion scripts are commands of ArgumentParser, not verbs of planrun.
                var other = command
                try other.run()
                return .success
            }
            do {
                let context = context(verb.display.noColor)
                let status = try await verb.run(context)
                return type(of: verb).isReadOnly ? status.unlessLost(context) : status
            } catch let status as ExitStatus {
                return status
            }
        } catch {
            let context = context(true)
            if let word = unknownVerb(in: arguments ?? Array(CommandLine.arguments.dropFirst())) {
                context.tell(word)
                return .invalid
            }
            return tell(error, context)
        }
    }

    /// The error to show if the first argument is not the name of a verb; `nil` if it is one, or is an option.
    private static func unknownVerb(in arguments: [String]) -> Notice? {
        let verbs = configuration.subcommands.compactMap { $0.configuration.commandName }
        guard let word = arguments.first, !word.hasPrefix("-"), word != "help", !verbs.contains(word) else {
            return nil
        }
        let suggestion = Suggestion.closest(to: word, in: verbs)
        return Notice(
            code: .verb(.unknownVerb), what: "planrun has no verb '\(word)'",
            help: [suggestion.map { "did you mean '\($0)'?" } ?? "the verbs are: \(verbs.joined(separator: ", "))"],
            next: [NextCommand(line: "planrun --help", meaning: "what each of them does")])
    }

    /// Prints what ArgumentParser has to say. Help and the version are data; a mistake in the arguments is a message.
    private static func tell(_ error: any Error, _ context: CommandContext) -> ExitStatus {
        let code = exitCode(for: error)
        let width = code.isSuccess ? context.terminal?.width : context.messageStyle.width
        let text = fullMessage(for: error, columns: width)
        if code.isSuccess {
            context.output(text)
            return ExitStatus.success.unlessLost(context)
        }
        context.message(text)
        return code == .validationFailure ? .invalid : .failure
    }
}

/// A verb of planrun. `PlanrunCommand.run` builds the real context once and hands it to the verb; tests call `run(_:)`
/// with a context of their own.
protocol Verb: AsyncParsableCommand {
    /// Whether the verb only prints. Such a verb fails if its output cannot be written. A verb that changes servers
    /// succeeds even then, because the change was made.
    static var isReadOnly: Bool { get }
    var display: DisplayOptions { get }
    func run(_ context: CommandContext) async throws -> ExitStatus
}

extension Verb {
    static var isReadOnly: Bool { true }

    func run() async throws {
        preconditionFailure("PlanrunCommand.run gives every verb its context")
    }
}

extension ExitStatus {
    /// The exit code after a look at the output: a verb that only prints has failed if a part of its output is lost.
    fileprivate func unlessLost(_ context: CommandContext) -> ExitStatus {
        guard self == .success, let loss = context.outputLoss() else { return self }
        context.tell(
            Notice(
                code: .verb(.outputLost), what: "what was to be printed could not be written: \(loss)",
                help: ["make room where standard output goes, or send it elsewhere"]))
        return .failure
    }
}

/// The options that every verb takes.
struct DisplayOptions: ParsableArguments {
    @Flag(name: .customLong("no-color"), help: "Print without colour; so do NO_COLOR and a pipe.")
    var noColor = false
}

enum TextFormat: String, ExpressibleByArgument, CaseIterable {
    case text, json
}
