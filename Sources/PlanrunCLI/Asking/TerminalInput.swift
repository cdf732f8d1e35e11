import Glibc
import Synchronization

/// Lines that are typed at standard input, read by its descriptor: nothing is kept where it could not be thrown away.
final class TerminalInput: Sendable {
    private struct State {
        var bytes: [UInt8] = []
        var hasEnded = false
    }

    private let state = Mutex(State())

    /// What has been typed so far; does not wait.
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

    /// What was typed before now was no answer to what is asked now; a line that was begun goes, too.
    func discard() {
        state.withLock { state in
            _ = tcflush(STDIN_FILENO, TCIFLUSH)
            // A terminal goes on after Ctrl-D.
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
