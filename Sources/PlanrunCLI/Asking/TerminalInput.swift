import Glibc
import Synchronization

/// The lines that a person types at standard input. They are read from the descriptor itself, because the buffer of
/// `readLine` would keep text that `discard` could not throw away.
final class TerminalInput: Sendable {
    private struct State {
        var bytes: [UInt8] = []
        var hasEnded = false
    }

    private let state = Mutex(State())

    /// The next line that has been typed, if there is one; does not wait.
    func next() -> CommandContext.Answer {
        state.withLock { state in
            while true {
                if let end = state.bytes.firstIndex(of: UInt8(ascii: "\n")) {
                    let line = String(decoding: state.bytes[..<end], as: UTF8.self)
                    state.bytes.removeFirst(end + 1)
                    return .line(line)
                }
                if state.hasEnded { return .ended }
                guard Self.isReadable else { return .notYet }
                fill(&state)
            }
        }
    }

    /// Throws away what has been typed so far, even an unfinished line: it cannot be an answer to the next question.
    func discard() {
        state.withLock { state in
            _ = tcflush(STDIN_FILENO, TCIFLUSH)
            // The end of input is thrown away, too: a terminal goes on after Ctrl-D.
            state = State()
        }
    }

    private static var isReadable: Bool {
        var descriptor = pollfd(fd: STDIN_FILENO, events: Int16(POLLIN), revents: 0)
        return poll(&descriptor, 1, 0) > 0
    }

    private func fill(_ state: inout State) {
        var buffer = [UInt8](repeating: 0, count: 1024)
        let count = read(STDIN_FILENO, &buffer, buffer.count)
        if count < 0, errno == EINTR || errno == EAGAIN { return }
        guard count > 0 else {
            state.hasEnded = true
            return
        }
        state.bytes += buffer.prefix(count)
    }
}
