package import NIOCore
package import RESP
import Synchronization
package import Values

/// A session over one TCP connection at a time, which is made at the first use and again after it was lost.
///
/// Pipelines of several tasks may overlap; they are sent in the order in which they arrive. The session ends with
/// `close()` or when nobody holds it any more.
package final class RedisSession: CommandSession {
    private let settings: ConnectionSettings
    private let loop: any EventLoop
    private let link: NIOLoopBoundBox<Link>

    package var address: Endpoint { settings.address }

    package init(_ settings: ConnectionSettings, loop: any EventLoop) {
        self.settings = settings
        self.loop = loop
        link = NIOLoopBoundBox.makeBoxSendingValue(Link(settings: settings, loop: loop), eventLoop: loop)
    }

    deinit {
        loop.execute { [link] in _ = link.value.close() }
    }

    package func pipeline(_ commands: [Command], timeout: Duration?) async throws(SessionError) -> [RESPValue] {
        guard !commands.isEmpty else { return [] }
        let (bytes, count) = (commands.encoded(), commands.count)
        return try await submit(timeout) { link, timeout, finish in
            link.submit(bytes, replies: count, timeout: timeout, to: .values(finish))
        }
    }

    package func pipeline<Reader: ReplyReader>(
        _ batch: CommandBatch, into reader: Reader, timeout: Duration?
    ) async throws(SessionError) -> Reader {
        guard batch.count > 0 else { return reader }
        let full: any ReplyReader = try await submit(timeout) { link, timeout, finish in
            link.submit(
                batch.bytes, replies: batch.count, reader: reader, timeout: timeout, to: .reader(finish))
        }
        guard let full = full as? Reader else { preconditionFailure("a link returned the reader of another batch") }
        return full
    }

    /// Submits a batch on the event loop and waits until it is finished. A cancelled caller gives its batch up.
    private func submit<Value: Sendable>(
        _ timeout: Duration?,
        _ start:
            @escaping @Sendable (
                Link, Duration, @escaping @Sendable (Result<Value, SessionError>) -> Void
            ) -> LinkStateMachine.BatchID
    ) async throws(SessionError) -> Value {
        let timeout = timeout ?? settings.replyTimeout
        let ticket = Ticket()
        let result = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                loop.execute { [link] in
                    ticket.id.store(
                        start(link.value, timeout) { continuation.resume(returning: $0) }, ordering: .relaxed)
                    if ticket.isCancelled.load(ordering: .relaxed) {
                        link.value.cancel(ticket.id.load(ordering: .relaxed))
                    }
                }
            }
        } onCancel: { [link] in
            ticket.isCancelled.store(true, ordering: .relaxed)
            loop.execute { link.value.cancel(ticket.id.load(ordering: .relaxed)) }
        }
        return try result.get()
    }

    package func close() async {
        let end = loop.flatSubmit { [link] in link.value.close() }
        try? await end.get()
    }

    /// Connects a caller with its cancellation. Only the event loop reads and writes the id, which is 0 until the batch
    /// is submitted. The flag is for a cancellation that reaches the event loop before its batch does.
    private final class Ticket: Sendable {
        let id = Atomic<UInt64>(0)
        let isCancelled = Atomic<Bool>(false)
    }
}
