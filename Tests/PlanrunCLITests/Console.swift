import Diagnostics
import Execution
import FoundationEssentials
import RESP
import Synchronization
import TestKit

@testable import PlanrunCLI

/// Runs a command line in a test: its servers are in memory, and everything that is printed is kept.
struct Console: Sendable {
    struct Printed: Sendable, Equatable {
        var status: ExitStatus
        /// What was printed to standard output.
        var output: String
        /// What was printed to standard error.
        var messages: String
    }

    var servers: [FakeServer] = []
    var environment: [String: String] = [:]
    /// The lines that are typed at questions; `nil` where there is nobody to ask.
    var answers: [String]?
    /// The lines that are typed before the first question.
    var typedAhead: [String] = []
    /// The columns of the terminal that shows both outputs; `nil` where both are pipes.
    var width: Int?
    var isColored = false
    /// The reason why standard output takes nothing; `nil` where it takes everything.
    var outputLoss: String?
    /// What is piped into standard input.
    var piped = ""
    var keyboard = Keyboard()
    /// Where both outputs go instead of being kept, as in a process.
    var outlet: Outlet?

    func run(_ arguments: String...) async -> Printed { await run(arguments) }

    func run(_ arguments: [String]) async -> Printed {
        let (output, messages) = (Paper(), Paper())
        let status = await PlanrunCommand.run(arguments) { isPlain in
            context(output, messages, isColored: isColored && !isPlain)
        }
        let printed = Printed(status: status, output: output.text, messages: messages.text)
        printed.expectToOfferRealCommands()
        return printed
    }

    /// Makes a context whose outputs are kept on these papers, unless there is an `outlet`.
    func context(
        _ output: Paper = Paper(), _ messages: Paper = Paper(), isColored: Bool = false
    ) -> CommandContext {
        let print = writer(else: output)
        let complain = writer(else: messages)
        let terminal = width.map { CommandContext.Terminal(width: $0, isColored: isColored, write: print) }
        let typed = answers.map { Typed($0, ahead: typedAhead) }
        let input = typed.map { typed in
            CommandContext.Input(next: { typed.next() }, discard: { typed.discard() })
        }
        var context = CommandContext(
            output: { print($0 + "\n") }, outputLoss: { [outputLoss] in outputLoss }, message: { complain($0 + "\n") },
            isBehind: { [outlet] in outlet?.isBehind == true }, terminal: terminal,
            messageStyle: CommandContext.MessageStyle(width: width, isColored: isColored), input: input,
            onSignal: { keyboard.listen($0) }, environment: environment,
            standardInput: { [piped] () throws(SourceFileError) in
                SourceFile(path: SourceFile.nameOfStandardInput, text: piped)
            },
            connector: FakeConnector(servers),
            resolve: { [$0] })
        // A busy machine takes its time, and no test waits for somebody who never answers.
        context.patience = .seconds(3_600)
        return context
    }

    private func writer(else paper: Paper) -> @Sendable (String) -> Void {
        guard let outlet else { return { paper.print($0) } }
        return { outlet.write($0) }
    }
}

/// Keeps what was printed.
final class Paper: Sendable {
    private let lines = Mutex("")
    func print(_ text: String) { lines.withLock { $0 += text } }
    var text: String { lines.withLock { $0 } }
}

/// A keyboard at which a test presses Ctrl-C.
final class Keyboard: Sendable {
    private let listeners = Mutex<[@Sendable () -> Void]>([])

    func listen(_ handle: @escaping @Sendable () -> Void) -> any Sendable {
        listeners.withLock { $0.append(handle) }
        return true
    }

    func pressControlC() {
        for handle in listeners.withLock({ $0 }) { handle() }
    }
}

private final class Typed: Sendable {
    private let lines: Mutex<(ahead: [String], answers: [String])>
    init(_ answers: [String], ahead: [String]) { lines = Mutex((ahead, answers)) }

    func next() -> CommandContext.Answer {
        lines.withLock { lines in
            if !lines.ahead.isEmpty { return .line(lines.ahead.removeFirst()) }
            return lines.answers.isEmpty ? .ended : .line(lines.answers.removeFirst())
        }
    }

    func discard() { lines.withLock { $0.ahead = [] } }
}
