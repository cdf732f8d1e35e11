import Dispatch
import Glibc
import Synchronization

/// Writes text to a file, a pipe or a terminal, on a thread of its own. So `write` never waits, not even for a pager
/// that nobody scrolls, a terminal stopped with Ctrl-S or a disk that hangs.
final class Outlet: Sendable {
    private let descriptor: Int32
    private let queue = DispatchQueue(label: "outlet")
    /// The number of bytes that were handed over and are not written yet.
    private let waiting = Atomic(0)
    /// The error (`errno`) that last kept text from being written; 0 if no text was lost.
    private let loss = Atomic<Int32>(0)

    /// A screen full of text, in bytes. A reader that keeps reading never lets this much pile up.
    private static let muchText = 16 * 1024

    init(_ descriptor: Int32) { self.descriptor = descriptor }

    /// Whether the reader is so far behind that lines which will soon be out of date should be skipped.
    var isBehind: Bool { waiting.load(ordering: .relaxed) > Self.muchText }

    /// Hands a text over for writing. Texts are written in the order in which they were handed over; this method does
    /// not wait.
    func write(_ text: String) {
        let bytes = Array(text.utf8)
        waiting.add(bytes.count, ordering: .relaxed)
        queue.async { [self] in
            writeAll(bytes)
            waiting.subtract(bytes.count, ordering: .relaxed)
        }
    }

    /// Blocks until everything that was handed over is written or could not be written.
    /// - Parameter limit: the longest wait; `nil` waits as long as it takes.
    func flush(within limit: Duration? = nil) {
        let isWritten = DispatchSemaphore(value: 0)
        queue.async { isWritten.signal() }
        let deadline = limit.map { DispatchTime.now() + $0 / .seconds(1) }
        _ = isWritten.wait(timeout: deadline ?? .distantFuture)
    }

    /// Waits until nothing is left to write, then says in words why some text was not written. `nil` if all of it was
    /// written, and also if the reader went away: `planrun … | head` is no error.
    var lossInWords: String? {
        flush()
        let code = loss.load(ordering: .relaxed)
        return code == 0 || code == EPIPE ? nil : String(cString: strerror(code)).lowercased()
    }

    private func writeAll(_ bytes: [UInt8]) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let written = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            switch written {
            case 1...: rest = rest.dropFirst(written)
            case -1 where errno == EINTR: continue
            case -1 where errno == EAGAIN:
                // Another process that shares the descriptor has made it non-blocking, which applies here, too. So wait
                // until it takes more.
                var place = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
                _ = poll(&place, 1, -1)
            // A text that cannot be written is dropped: what happens on the servers matters more.
            default: return loss.store(written < 0 ? errno : EIO, ordering: .relaxed)
            }
        }
    }
}

/// The outlets of standard output and of standard error.
struct Outlets: Sendable {
    let output: Outlet
    let messages: Outlet

    /// If standard output and standard error go to the same place, such as a terminal, they share an outlet, so that
    /// the order of their lines is kept. Otherwise neither waits for the reader of the other.
    init() {
        output = Outlet(STDOUT_FILENO)
        messages = Self.areOne(STDOUT_FILENO, STDERR_FILENO) ? output : Outlet(STDERR_FILENO)
    }

    /// See `Outlet.flush(within:)`; the limit holds for each of the two.
    func flush(within limit: Duration? = nil) {
        messages.flush(within: limit)
        output.flush(within: limit)
    }

    private static func areOne(_ first: Int32, _ second: Int32) -> Bool {
        var (one, other) = (stat(), stat())
        guard fstat(first, &one) == 0, fstat(second, &other) == 0 else { return false }
        return one.st_dev == other.st_dev && one.st_ino == other.st_ino
    }
}
