import Dispatch
import Glibc
import Synchronization

/// Writes text to a file, a pipe or a terminal, on a thread of its own: a reader that does not read (a pager that nobody
/// scrolls, a terminal stopped with Ctrl-S, a disk that hangs) holds up nobody who has something to say.
final class Outlet: Sendable {
    private let descriptor: Int32
    private let queue = DispatchQueue(label: "outlet")
    /// Bytes that were handed over and are not written yet.
    private let waiting = Atomic(0)
    /// What kept the last text that was lost from being written (`errno`); 0: nothing was lost.
    private let loss = Atomic<Int32>(0)

    /// So much that no reader who reads leaves it lying: a screen full of text.
    private static let muchText = 16 * 1024

    init(_ descriptor: Int32) { self.descriptor = descriptor }

    /// Whether the reader is so far behind that what will soon be out of date had better be left out.
    var isBehind: Bool { waiting.load(ordering: .relaxed) > Self.muchText }

    /// Hands the text over, in order; does not wait.
    func write(_ text: String) {
        let bytes = Array(text.utf8)
        waiting.add(bytes.count, ordering: .relaxed)
        queue.async { [self] in
            writeAll(bytes)
            waiting.subtract(bytes.count, ordering: .relaxed)
        }
    }

    /// Blocks until all that was handed over is written, or nobody reads any more.
    /// - Parameter limit: waits no longer than that; `nil` is as long as it takes.
    func flush(within limit: Duration? = nil) {
        let isWritten = DispatchSemaphore(value: 0)
        queue.async { isWritten.signal() }
        let deadline = limit.map { DispatchTime.now() + $0 / .seconds(1) }
        _ = isWritten.wait(timeout: deadline ?? .distantFuture)
    }

    /// Why something was not written, in words, once all was handed over that could be. `nil` where all was, and where
    /// the reader went away, which is how `planrun … | head` ends.
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
                // Somebody has made it non-blocking, for us, too.
                var place = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
                _ = poll(&place, 1, -1)
            // What happens on the servers matters more than being heard.
            default: return loss.store(written < 0 ? errno : EIO, ordering: .relaxed)
            }
        }
    }
}

/// Standard output and standard error.
struct Outlets: Sendable {
    let output: Outlet
    let messages: Outlet

    /// Where both go to the same place, such as a terminal, they share an outlet, so that the order stays. Otherwise one
    /// does not wait for the reader of the other.
    init() {
        output = Outlet(STDOUT_FILENO)
        messages = Self.areOne(STDOUT_FILENO, STDERR_FILENO) ? output : Outlet(STDERR_FILENO)
    }

    /// See `Outlet.flush(within:)`.
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
