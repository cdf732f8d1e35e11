import NIOCore
import RESP
import Values

/// The life of a session's link: it takes in batches of commands, and says what to do with them.
///
/// It knows no socket and no clock. A reply belongs to the oldest batch that still waits for one. That is why a batch
/// that is given up after it was written keeps its place, and why the connection is dropped when a batch runs out of
/// time.
struct LinkStateMachine {
    typealias BatchID = UInt64

    struct Failure: Equatable {
        let id: BatchID
        let error: SessionError
    }

    enum Action: Equatable {
        case none
        case connect
        /// Wait until this time, then report `waited`.
        case wait(until: NIODeadline)
        /// Send the credentials and the name.
        case greet
        case write([BatchID])
        case complete(BatchID, [RESPValue])
        /// Give these errors to the callers of the batches. If `drops`, also close the connection.
        case fail([Failure], drops: Bool)
    }

    /// What a new connection sends first; its reply is waited for.
    enum Greeting: Equatable {
        case login
        /// The connection is used even if the server refuses the name.
        case name
    }

    private enum Phase: Equatable {
        case idle, waiting, connecting, ready, closed
        /// The greetings that have not been answered yet.
        case greeting([Greeting])
    }

    private struct Batch {
        let id: BatchID
        let expected: Int
        /// Whether a reader takes the replies, unparsed.
        let isRead: Bool
        var replies: [RESPValue] = []
        /// Memory that the replies take, in bytes.
        var size = 0
        /// Whether the caller has given up. The replies of such a batch still come and must be counted.
        var isAbandoned = false
    }

    /// The memory that the replies of one connection may take until their callers have them, in bytes. At any time only
    /// one batch has some but not all of its replies, so that batch is measured. The reply that is still being read has
    /// a limit of its own.
    static let mostHeld = 768 << 20

    let address: Endpoint
    let backoff: Backoff
    /// What may be wrong with the password, as a clause for the error of a server that refuses it.
    let passwordDoubt: String?
    private var phase = Phase.idle
    /// The batches that are not written yet.
    private var queued: [Batch] = []
    private var written = CircularBuffer<Batch>()
    private var failures = 0
    private var earliestAttempt = NIODeadline.uptimeNanoseconds(0)

    init(address: Endpoint, backoff: Backoff = Backoff(), passwordDoubt: String? = nil) {
        self.address = address
        self.passwordDoubt = passwordDoubt
        self.backoff = backoff
    }

    // MARK: What callers ask

    /// - Parameter isRead: whether a reader takes the replies. Then `readToEnd` says that all have come, and none is
    ///   given to `received`.
    mutating func submit(_ id: BatchID, replies: Int, isRead: Bool = false, at now: NIODeadline) -> Action {
        let batch = Batch(id: id, expected: replies, isRead: isRead)
        switch phase {
        case .closed:
            return .fail([Failure(id: id, error: closedError(executed: false))], drops: false)
        case .ready:
            written.append(batch)
            return .write([id])
        case .waiting, .connecting, .greeting:
            queued.append(batch)
            return .none
        case .idle:
            queued.append(batch)
            guard now >= earliestAttempt else {
                phase = .waiting
                return .wait(until: earliestAttempt)
            }
            phase = .connecting
            return .connect
        }
    }

    /// The caller has given up the batch.
    mutating func cancelled(_ id: BatchID) -> Action {
        if let index = queued.firstIndex(where: { $0.id == id }) {
            queued.remove(at: index)
            return .fail([Failure(id: id, error: cancelledError(executed: false))], drops: false)
        }
        guard let index = written.firstIndex(where: { $0.id == id && !$0.isAbandoned }) else { return .none }
        written[index].isAbandoned = true
        return .fail([Failure(id: id, error: cancelledError(executed: true))], drops: false)
    }

    /// - Parameter after: the time that the batch was given.
    mutating func deadlinePassed(_ id: BatchID, after: Duration, at now: NIODeadline, chance: Double) -> Action {
        if let index = queued.firstIndex(where: { $0.id == id }) {
            queued.remove(at: index)
            let error = SessionError(
                code: .connectTimeout, address: address,
                sentence: "no connection within \(after.inWords)", mayHaveBeenExecuted: false)
            return .fail([Failure(id: id, error: error)], drops: false)
        }
        guard written.contains(where: { $0.id == id }) else { return .none }
        let late = SessionError(
            code: .replyTimeout, address: address, sentence: "no reply within \(after.inWords)",
            mayHaveBeenExecuted: true)
        let others = lost("an earlier command got no reply in time, and the connection was given up")
        let failures = takeAll(written: others, queued: others, late: Failure(id: id, error: late))
        disconnected(at: now, chance: chance, isFailure: true)
        return .fail(failures, drops: true)
    }

    mutating func close() -> Action {
        let hadConnection =
            switch phase {
            case .connecting, .greeting, .ready: true
            case .idle, .waiting, .closed: false
            }
        let failures = takeAll(written: closedError(executed: true), queued: closedError(executed: false))
        phase = .closed
        return .fail(failures, drops: hadConnection)
    }

    // MARK: What the connection reports

    /// The wait that `wait(until:)` asked for is over.
    mutating func waited() -> Action {
        guard phase == .waiting else { return .none }
        guard !queued.isEmpty else {
            phase = .idle
            return .none
        }
        phase = .connecting
        return .connect
    }

    mutating func connected(greeting: [Greeting]) -> Action {
        guard phase == .connecting else { return .fail([], drops: true) }
        guard greeting.isEmpty else {
            phase = .greeting(greeting)
            return .greet
        }
        return becomeReady()
    }

    /// - Parameter size: the memory that the reply takes, in bytes.
    mutating func received(_ reply: RESPValue, size: Int = 0, at now: NIODeadline, chance: Double) -> Action {
        switch phase {
        case .greeting(let greeting):
            if case .error(let refusal) = reply, let error = rejection(refusal, of: greeting.first) {
                return drop(error, at: now, chance: chance)
            }
            guard greeting.count > 1 else { return becomeReady() }
            phase = .greeting(Array(greeting.dropFirst()))
            return .none
        case .ready:
            failures = 0
            return fill(reply, size: size, at: now, chance: chance)
        case .idle, .waiting, .connecting, .closed:
            return .fail([], drops: true)
        }
    }

    /// The batch whose reader takes the bytes that come now; `nil` where they are to be parsed.
    var reading: BatchID? { written.first.flatMap { $0.isRead ? $0.id : nil } }

    /// Whether the batch was sent and misses replies.
    func awaitsReplies(to id: BatchID) -> Bool { written.contains { $0.id == id } }

    /// The reader of the oldest batch has had all replies.
    mutating func readToEnd() -> Action {
        failures = 0
        let batch = written.removeFirst()
        return batch.isAbandoned ? .none : .complete(batch.id, [])
    }

    /// The connection is gone, or was never made. `error` says why.
    mutating func lost(_ error: SessionError, at now: NIODeadline, chance: Double) -> Action {
        switch phase {
        case .connecting, .greeting, .ready: drop(error, at: now, chance: chance)
        case .idle, .waiting, .closed: .none
        }
    }

    /// Connection, TLS and greeting together took too long.
    mutating func connectTimedOut(_ error: SessionError, at now: NIODeadline, chance: Double) -> Action {
        phase == .ready ? .none : lost(error, at: now, chance: chance)
    }

    // MARK: Parts

    private mutating func becomeReady() -> Action {
        phase = .ready
        let ids = queued.map(\.id)
        written.append(contentsOf: queued)
        queued = []
        return ids.isEmpty ? .none : .write(ids)
    }

    private mutating func fill(_ reply: RESPValue, size: Int, at now: NIODeadline, chance: Double) -> Action {
        guard !written.isEmpty else {
            let error = SessionError(
                code: .protocolViolation, address: address, sentence: "the server sent \(reply.summary) unasked",
                mayHaveBeenExecuted: false)
            return drop(error, at: now, chance: chance)
        }
        let first = written.startIndex
        // If nobody waits for the replies, they are only counted.
        written[first].replies.append(written[first].isAbandoned ? .null : reply)
        written[first].size += written[first].isAbandoned ? 0 : size
        guard written[first].size <= Self.mostHeld else {
            let error = SessionError(
                code: .replyTooLarge, address: address,
                sentence: "the replies to one batch of commands take more than \(Self.mostHeld) bytes",
                mayHaveBeenExecuted: true)
            return drop(error, at: now, chance: chance)
        }
        guard written[first].replies.count == written[first].expected else { return .none }
        let batch = written.removeFirst()
        if batch.isAbandoned { return .none }
        guard let refusal = batch.replies.lazy.compactMap(\.noAuth).first else {
            return .complete(batch.id, batch.replies)
        }
        let executed = batch.replies.contains { $0.noAuth == nil }
        let error = SessionError(
            code: .authenticationFailed, address: address,
            sentence: "the server asks for a password ('\(refusal.message.printable(limit: 200))')",
            mayHaveBeenExecuted: executed)
        return .fail([Failure(id: batch.id, error: error)], drops: false)
    }

    private mutating func drop(_ error: SessionError, at now: NIODeadline, chance: Double) -> Action {
        let failures = takeAll(written: error.executed(true), queued: error)
        disconnected(at: now, chance: chance, isFailure: error.code != .connectionLost || phase != .ready)
        return .fail(failures, drops: true)
    }

    private mutating func disconnected(at now: NIODeadline, chance: Double, isFailure: Bool) {
        phase = .idle
        if isFailure { failures += 1 }
        earliestAttempt = now + TimeAmount(backoff.delay(afterFailures: failures, chance: chance))
    }

    private mutating func takeAll(
        written writtenError: SessionError, queued queuedError: SessionError, late: Failure? = nil
    ) -> [Failure] {
        var result: [Failure] = []
        for batch in written where !batch.isAbandoned {
            if let late, late.id == batch.id {
                result.append(late)
            } else {
                result.append(Failure(id: batch.id, error: writtenError))
            }
        }
        result += queued.map { Failure(id: $0.id, error: queuedError) }
        written.removeAll()
        queued = []
        return result
    }
}
