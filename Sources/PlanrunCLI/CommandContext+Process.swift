import FoundationEssentials
import Glibc
import RESP
import RedisNIO

extension CommandContext {
    /// The context of this process.
    /// - Parameter isPlain: no colours, whatever the terminal can show.
    package static func live(isPlain: Bool) -> CommandContext {
        let environment = ProcessInfo.processInfo.environment
        let isColored = allowsColor(isPlain: isPlain, environment)
        let connector = RedisConnector()
        let terminal = width(of: STDOUT_FILENO, environment).map { width in
            Terminal(width: width, isColored: isColored) { write($0, to: STDOUT_FILENO) }
        }
        let hasPerson = isatty(STDIN_FILENO) == 1 && isatty(STDERR_FILENO) == 1
        let typed = TerminalInput()
        return CommandContext(
            output: { write($0 + "\n", to: STDOUT_FILENO) }, message: { write($0 + "\n", to: STDERR_FILENO) },
            terminal: terminal,
            messageStyle: MessageStyle(of: width(of: STDERR_FILENO, environment), isColored: isColored),
            input: hasPerson ? CommandContext.Input(next: typed.next, discard: typed.discard) : nil,
            onSignal: { ProcessSignals(handle: $0) },
            environment: environment, connector: connector, resolve: { await connector.addresses(of: $0) })
    }

    /// `NO_COLOR` counts where it is not empty (no-color.org).
    static func allowsColor(isPlain: Bool, _ environment: [String: String]) -> Bool {
        !isPlain && environment["NO_COLOR", default: ""].isEmpty
    }

    /// Columns; `nil` for what is no terminal that can be drawn on.
    private static func width(of descriptor: Int32, _ environment: [String: String]) -> Int? {
        guard isatty(descriptor) == 1, environment["TERM"] != "dumb" else { return nil }
        var size = winsize()
        guard ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return 80 }
        return Int(size.ws_col)
    }

    private static func write(_ text: String, to descriptor: Int32) {
        var bytes = Array(text.utf8)[...]
        while !bytes.isEmpty {
            let written = bytes.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if written < 0, errno == EINTR || errno == EAGAIN { continue }
            // Nobody reads any more: what happens on the servers matters more than being heard.
            guard written > 0 else { return }
            bytes = bytes.dropFirst(written)
        }
    }
}

extension CommandContext.MessageStyle {
    /// - Parameter width: `nil` where it is no terminal.
    fileprivate init(of width: Int?, isColored: Bool) {
        self.init(width: width, isColored: isColored && width != nil)
    }
}
