import ArgumentParser
package import Diagnostics
import Execution
import FoundationEssentials
import Glibc
import Operations
import PlanModel
package import RESP
import RedisNIO

/// Everything that a verb takes from the world outside. It is built once for the process, or by a test.
package struct CommandContext: Sendable {
    /// Writes one line of data to standard output. This closure, `message` and `Terminal.write` never wait for a
    /// reader: a run must not stand still because nobody reads its output.
    package var output: @Sendable (String) -> Void
    /// Waits until all data is written. Returns why a part of it could not be written, or `nil` if all of it was.
    package var outputLoss: @Sendable () -> String?
    /// Writes one line of anything that is not data to standard error.
    package var message: @Sendable (String) -> Void
    /// Whether nobody reads standard output at the moment. Then lines that will soon be out of date are left out.
    package var isBehind: @Sendable () -> Bool
    /// Waits until everything that was printed has been read, at most for the given time.
    package var flush: @Sendable (Duration) -> Void
    /// `nil` if standard output is not a terminal.
    package var terminal: Terminal?
    /// What standard error can show. It can be a file while standard output is a terminal, and the other way round.
    package var messageStyle: MessageStyle
    /// What the person at the terminal types; `nil` if there is nobody to ask.
    package var input: Input?
    /// Registers a callback for each Ctrl-C, each SIGTERM and the closing of the terminal. It is called for as long as
    /// the returned value is kept.
    package var onSignal: @Sendable (@escaping @Sendable () -> Void) -> any Sendable
    package var environment: [String: String]
    /// Reads standard input to its end, for a plan that is called `-`.
    package var standardInput: @Sendable () throws(SourceFileError) -> SourceFile
    package var connector: any SessionConnector
    package var resolve: @Sendable (String) async -> Set<String>
    /// How long planrun waits at its end for receivers that are slow to be told.
    package var patience = Duration.seconds(10)

    package struct Terminal: Sendable {
        /// In columns, at this moment: a person may resize the window.
        package var width: Int { columns() }
        package var isColored: Bool
        /// Writes a text to standard output as it is, without a line end.
        package var write: @Sendable (String) -> Void
        private let columns: @Sendable () -> Int

        /// - Parameter width: asked each time.
        package init(
            width: @autoclosure @escaping @Sendable () -> Int, isColored: Bool,
            write: @escaping @Sendable (String) -> Void
        ) {
            self.columns = width
            self.isColored = isColored
            self.write = write
        }
    }

    package struct MessageStyle: Sendable {
        /// In columns; `nil` if lines are not to be broken.
        package var width: Int?
        package var isColored: Bool

        package init(width: Int? = nil, isColored: Bool = false) {
            self.width = width
            self.isColored = isColored
        }
    }

    package struct Input: Sendable {
        /// Returns the next line that has been typed, if there is one; does not wait.
        package var next: @Sendable () -> Answer
        /// Throws away what has been typed so far.
        package var discard: @Sendable () -> Void

        package init(next: @escaping @Sendable () -> Answer, discard: @escaping @Sendable () -> Void) {
            self.next = next
            self.discard = discard
        }
    }

    package enum Answer: Sendable, Equatable {
        case notYet
        case line(String)
        /// Nothing more will be typed.
        case ended
    }

    package init(
        output: @escaping @Sendable (String) -> Void, outputLoss: @escaping @Sendable () -> String? = { nil },
        message: @escaping @Sendable (String) -> Void,
        isBehind: @escaping @Sendable () -> Bool = { false }, flush: @escaping @Sendable (Duration) -> Void = { _ in },
        terminal: Terminal? = nil, messageStyle: MessageStyle = MessageStyle(),
        input: Input? = nil,
        onSignal: @escaping @Sendable (@escaping @Sendable () -> Void) -> any Sendable,
        environment: [String: String],
        standardInput: @escaping @Sendable () throws(SourceFileError) -> SourceFile = { () throws(SourceFileError) in
            try SourceFile.standardInput()
        },
        connector: any SessionConnector,
        resolve: @escaping @Sendable (String) async -> Set<String>
    ) {
        self.output = output
        self.outputLoss = outputLoss
        self.message = message
        self.isBehind = isBehind
        self.flush = flush
        self.terminal = terminal
        self.messageStyle = messageStyle
        self.input = input
        self.onSignal = onSignal
        self.environment = environment
        self.standardInput = standardInput
        self.connector = connector
        self.resolve = resolve
    }
}

extension CommandContext {
    var canAsk: Bool { input != nil }
    var style: Style { Style(isColored: terminal?.isColored ?? false) }

    /// Writes data to standard output. Lines are broken for a terminal; a pipe gets them as they are.
    func show(_ text: String, indent: Int = 0) { output(text.wrapped(width: terminal?.width, indent: indent)) }

    /// Writes a message to standard error, with lines broken for a terminal.
    func tell(_ text: String, indent: Int = 2) { message(text.wrapped(width: messageStyle.width, indent: indent)) }

    func tell(_ notice: Notice) { message(notice.text(messageStyle)) }
}
