import FoundationEssentials
import Glibc
import RESP
import RedisNIO

extension CommandContext {
    /// The context of this process.
    /// - Parameter isPlain: whether to do without colours, whatever the terminal can show.
    static func live(isPlain: Bool, _ outlets: Outlets) -> CommandContext {
        let environment = ProcessInfo.processInfo.environment
        let isColored = allowsColor(isPlain: isPlain, environment)
        let connector = RedisConnector()
        let terminal = width(of: STDOUT_FILENO, environment).map { width in
            Terminal(width: Self.width(of: STDOUT_FILENO, environment) ?? width, isColored: isColored) {
                outlets.output.write($0)
            }
        }
        let hasPerson = isatty(STDIN_FILENO) == 1 && isatty(STDERR_FILENO) == 1
        let typed = TerminalInput()
        return CommandContext(
            output: { outlets.output.write($0 + "\n") }, outputLoss: { outlets.output.lossInWords },
            message: { outlets.messages.write($0 + "\n") },
            isBehind: { outlets.output.isBehind }, flush: { outlets.flush(within: $0) }, terminal: terminal,
            messageStyle: MessageStyle(of: width(of: STDERR_FILENO, environment), isColored: isColored),
            input: hasPerson ? CommandContext.Input(next: typed.next, discard: typed.discard) : nil,
            onSignal: { ProcessSignals(handle: $0) },
            environment: environment, connector: connector, resolve: { await connector.addresses(of: $0) })
    }

    /// `NO_COLOR` turns colours off if it is set and not empty (no-color.org).
    static func allowsColor(isPlain: Bool, _ environment: [String: String]) -> Bool {
        !isPlain && environment["NO_COLOR", default: ""].isEmpty
    }

    /// The width in columns; `nil` if the descriptor is not a terminal, or is one on which nothing can be drawn.
    private static func width(of descriptor: Int32, _ environment: [String: String]) -> Int? {
        guard isatty(descriptor) == 1, environment["TERM"] != "dumb" else { return nil }
        var size = winsize()
        guard ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return 80 }
        return Int(size.ws_col)
    }
}

extension CommandContext.MessageStyle {
    /// - Parameter width: columns; `nil` if standard error is not a terminal.
    fileprivate init(of width: Int?, isColored: Bool) {
        self.init(width: width, isColored: isColored && width != nil)
    }
}
