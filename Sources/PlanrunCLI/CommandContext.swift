import ArgumentParser
import Execution
import FoundationEssentials
import Glibc
import Operations
import PlanModel
package import RESP
import RedisNIO

/// What a verb takes from the world: built once for the process, or by a test.
package struct CommandContext: Sendable {
    /// Data, a line at a time, to standard output.
    package var output: @Sendable (String) -> Void
    /// Everything else, a line at a time, to standard error.
    package var message: @Sendable (String) -> Void
    /// `nil` where standard output is no terminal.
    package var terminal: Terminal?
    /// Whether there is a person to ask.
    package var canAsk: Bool
    package var environment: [String: String]
    package var connector: any SessionConnector
    package var resolve: @Sendable (String) async -> Set<String>

    /// Wraps text for a terminal; a pipe gets it as it is.
    func wrapped(_ text: String, indent: Int = 0) -> String { text.wrapped(width: terminal?.width, indent: indent) }

    package struct Terminal: Sendable {
        /// Columns.
        package var width: Int
        package var isColored: Bool

        package init(width: Int, isColored: Bool) {
            self.width = width
            self.isColored = isColored
        }
    }

    package init(
        output: @escaping @Sendable (String) -> Void, message: @escaping @Sendable (String) -> Void,
        terminal: Terminal?, canAsk: Bool, environment: [String: String], connector: any SessionConnector,
        resolve: @escaping @Sendable (String) async -> Set<String>
    ) {
        self.output = output
        self.message = message
        self.terminal = terminal
        self.canAsk = canAsk
        self.environment = environment
        self.connector = connector
        self.resolve = resolve
    }

    /// The real one.
    package static func live(isPlain: Bool) -> CommandContext {
        let environment = ProcessInfo.processInfo.environment
        let isTerminal = isatty(STDOUT_FILENO) == 1 && environment["TERM"] != "dumb"
        return CommandContext(
            output: { print($0, to: STDOUT_FILENO) }, message: { print($0, to: STDERR_FILENO) },
            terminal: isTerminal
                ? Terminal(width: Self.width, isColored: !isPlain && environment["NO_COLOR", default: ""].isEmpty)
                : nil,
            canAsk: isatty(STDIN_FILENO) == 1 && isatty(STDERR_FILENO) == 1, environment: environment,
            connector: RedisConnector(), resolve: { await RedisConnector().addresses(of: $0) })
    }

    private static func print(_ line: String, to descriptor: Int32) {
        var bytes = Array((line + "\n").utf8)[...]
        while !bytes.isEmpty {
            let written = bytes.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if written < 0, errno == EINTR || errno == EAGAIN { continue }
            // Nobody reads any more: what happens on the servers matters more than being heard.
            guard written > 0 else { return }
            bytes = bytes.dropFirst(written)
        }
    }

    private static var width: Int {
        var size = winsize()
        guard ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return 80 }
        return Int(size.ws_col)
    }
}
