import NIOCore
import RESP
import Testing
import Values

@testable import RedisNIO

struct LinkStateMachineTests {
    private let address = Endpoint(host: "10.0.0.1", port: 6379)
    private let ok = RESPValue.simpleString("OK")
    private let start = NIODeadline.uptimeNanoseconds(1_000_000_000)
    private var link: LinkStateMachine

    init() { link = LinkStateMachine(address: address) }

    private func error(_ code: SessionError.Code, _ sentence: String, executed: Bool = false) -> SessionError {
        SessionError(code: code, address: address, sentence: sentence, mayHaveBeenExecuted: executed)
    }

    private var refused: SessionError { error(.connectionRefused, "refused") }
    private var lost: SessionError { error(.connectionLost, "the server closed the connection") }

    private mutating func receive(_ reply: RESPValue) -> LinkStateMachine.Action {
        link.received(reply, at: start, chance: 0)
    }

    private mutating func lose(_ error: SessionError) -> LinkStateMachine.Action {
        link.lost(error, at: start, chance: 0)
    }

    private func failed(_ id: UInt64, _ error: SessionError) -> LinkStateMachine.Action {
        .fail([.init(id: id, error: error)], drops: false)
    }

    private func dropped(_ failures: [(UInt64, SessionError)]) -> LinkStateMachine.Action {
        .fail(failures.map { .init(id: $0.0, error: $0.1) }, drops: true)
    }

    @Test mutating func `the first batch connects, later ones queue, and all are written in order`() {
        #expect(link.submit(1, replies: 1, at: start) == .connect)
        #expect(link.submit(2, replies: 2, at: start) == .none)
        #expect(link.connected(greeting: []) == .write([1, 2]))
        #expect(link.submit(3, replies: 1, at: start) == .write([3]))
        #expect(receive(ok) == .complete(1, [ok]))
        #expect(receive(.integer(1)) == .none)
        #expect(receive(.integer(2)) == .complete(2, [.integer(1), .integer(2)]))
        #expect(receive(.null) == .complete(3, [.null]))
    }

    @Test mutating func `the replies of one batch take no more than a connection may hold`() {
        #expect(link.submit(1, replies: 3, at: start) == .connect)
        #expect(link.connected(greeting: []) == .write([1]))
        #expect(link.received(ok, size: LinkStateMachine.mostHeld, at: start, chance: 0) == .none)
        let tooLarge = error(
            .replyTooLarge, "the replies to one batch of commands take more than 805306368 bytes", executed: true)
        #expect(link.received(ok, size: 1, at: start, chance: 0) == dropped([(1, tooLarge)]))
    }

    @Test mutating func `a batch with a reader is complete when the reader says so, between parsed ones`() {
        #expect(link.submit(1, replies: 1, at: start) == .connect)
        #expect(link.submit(2, replies: 5, isRead: true, at: start) == .none)
        #expect(link.submit(3, replies: 1, at: start) == .none)
        #expect(link.reading == nil)
        #expect(link.connected(greeting: []) == .write([1, 2, 3]))
        #expect(link.reading == nil)
        #expect(receive(ok) == .complete(1, [ok]))
        #expect(link.reading == 2)
        #expect(link.readToEnd() == .complete(2, []))
        #expect(link.reading == nil)
        #expect(receive(ok) == .complete(3, [ok]))
    }

    @Test mutating func `a batch with a reader that was given up is read to its end all the same`() {
        #expect(link.submit(1, replies: 5, isRead: true, at: start) == .connect)
        #expect(link.connected(greeting: []) == .write([1]))
        #expect(link.cancelled(1) == failed(1, error(.closed, "the command was cancelled", executed: true)))
        #expect(link.awaitsReplies(to: 1) && link.reading == 1)
        #expect(link.readToEnd() == .none)
        #expect(!link.awaitsReplies(to: 1))
    }

    @Test mutating func `replies that nobody waits for any more are not held`() {
        #expect(link.submit(1, replies: 2, at: start) == .connect)
        #expect(link.connected(greeting: []) == .write([1]))
        _ = link.cancelled(1)
        #expect(link.received(ok, size: LinkStateMachine.mostHeld, at: start, chance: 0) == .none)
        #expect(link.received(ok, size: LinkStateMachine.mostHeld, at: start, chance: 0) == .none)
    }

    @Test(arguments: [
        (" s3cret", "begins with a blank"), ("s3cret ", "ends with a blank"), ("s3cret\u{A0}", "ends with a blank"),
        ("s3cret\n", "ends with a line break"), ("s3cret\r", "ends with a line break"),
    ])
    mutating func `a refused password that ends in what nobody sees is told so`(_ password: String, _ doubt: String) {
        link = LinkStateMachine(address: address, passwordDoubt: Secret(password).unseenEnds)
        #expect(link.submit(1, replies: 1, at: start) == .connect)
        #expect(link.connected(greeting: [.login]) == .greet)
        let refused = error(
            .authenticationFailed, "the server refused AUTH ('WRONGPASS no'); the password that was sent \(doubt)")
        #expect(receive(.error(RESPError(message: "WRONGPASS no"))) == dropped([(1, refused)]))
        #expect(Secret("s3cret").unseenEnds == nil)
    }

    @Test mutating func `credentials go first`() {
        #expect(link.submit(1, replies: 1, at: start) == .connect)
        #expect(link.connected(greeting: [.login]) == .greet)
        #expect(link.submit(2, replies: 1, at: start) == .none)
        #expect(receive(ok) == .write([1, 2]))
        #expect(receive(.integer(7)) == .complete(1, [.integer(7)]))
    }

    @Test mutating func `a name is set after the login, and one that is refused does not matter`() {
        #expect(link.submit(1, replies: 1, at: start) == .connect)
        #expect(link.connected(greeting: [.login, .name]) == .greet)
        #expect(receive(ok) == .none)
        #expect(link.submit(2, replies: 1, at: start) == .none)
        #expect(receive(.error(RESPError(message: "NOPERM this user has no permissions"))) == .write([1, 2]))
        #expect(receive(.integer(7)) == .complete(1, [.integer(7)]))
        #expect(lose(lost) == dropped([(2, error(.connectionLost, lost.sentence, executed: true))]))
        #expect(link.submit(3, replies: 1, at: start) == .connect)
        #expect(link.connected(greeting: [.login, .name]) == .greet)
    }

    @Test mutating func `a server that is full says so in the place of taking a name`() {
        #expect(link.submit(1, replies: 1, at: start) == .connect)
        #expect(link.connected(greeting: [.name]) == .greet)
        let words = "ERR max number of clients reached"
        let sentence = "the server does not take connections ('\(words)')"
        #expect(receive(.error(RESPError(message: words))) == dropped([(1, error(.connectionLost, sentence))]))
    }

    @Test(arguments: [
        ("WRONGPASS invalid username-password pair", SessionError.Code.authenticationFailed),
        ("ERR Client sent AUTH, but no password is set", .authenticationFailed),
        ("LOADING Redis is loading the dataset in memory", .connectionLost),
        ("ERR max number of clients reached", .connectionLost),
        ("DENIED Redis is running in protected mode", .connectionLost),
    ])
    mutating func `a refused AUTH fails whoever waits`(words: String, code: SessionError.Code) {
        #expect(link.submit(1, replies: 1, at: start) == .connect)
        #expect(link.connected(greeting: [.login]) == .greet)
        guard case .fail(let failures, drops: true) = receive(.error(RESPError(message: words))) else {
            Issue.record("no failure")
            return
        }
        #expect(failures.map(\.id) == [1])
        #expect(failures[0].error.code == code)
        #expect(failures[0].error.sentence.contains(words))
        #expect(!failures[0].error.mayHaveBeenExecuted)
    }

    @Test mutating func `NOAUTH is an authentication failure, and the connection lives on`() {
        let refusal = RESPValue.error(RESPError(message: "NOAUTH Authentication required."))
        #expect(link.submit(1, replies: 1, at: start) == .connect)
        #expect(link.connected(greeting: []) == .write([1]))
        let sentence = "the server asks for a password ('NOAUTH Authentication required.')"
        #expect(receive(refusal) == failed(1, error(.authenticationFailed, sentence)))
        #expect(link.submit(2, replies: 1, at: start) == .write([2]))
    }

    @Test mutating func `other errors are values`() {
        let reply = RESPValue.error(RESPError(message: "LOADING Dragonfly is loading the dataset in memory"))
        #expect(link.submit(1, replies: 1, at: start) == .connect)
        #expect(link.connected(greeting: []) == .write([1]))
        #expect(receive(reply) == .complete(1, [reply]))
    }

    @Test mutating func `a refused connection fails all, and the next attempt waits longer each time`() {
        #expect(link.submit(1, replies: 1, at: start) == .connect)
        #expect(link.submit(2, replies: 1, at: start) == .none)
        #expect(lose(refused) == dropped([(1, refused), (2, refused)]))
        #expect(link.submit(3, replies: 1, at: start) == .wait(until: start + .milliseconds(25)))
        #expect(link.submit(4, replies: 1, at: start) == .none)
        #expect(link.waited() == .connect)
        #expect(lose(refused) == dropped([(3, refused), (4, refused)]))
        #expect(link.submit(5, replies: 1, at: start) == .wait(until: start + .milliseconds(50)))
        #expect(link.waited() == .connect)
        #expect(link.connected(greeting: []) == .write([5]))
        #expect(receive(ok) == .complete(5, [ok]))
        #expect(lose(lost) == dropped([]))
        #expect(link.submit(6, replies: 1, at: start) == .connect)
    }

    @Test mutating func `after the wait is over by itself nothing waits`() {
        #expect(link.submit(1, replies: 1, at: start) == .connect)
        #expect(lose(refused) == dropped([(1, refused)]))
        #expect(link.submit(2, replies: 1, at: start + .seconds(1)) == .connect)
    }

    @Test mutating func `a lost connection leaves open what was carried out`() {
        #expect(link.submit(1, replies: 2, at: start) == .connect)
        #expect(link.connected(greeting: []) == .write([1]))
        #expect(receive(ok) == .none)
        #expect(lose(lost) == dropped([(1, error(.connectionLost, lost.sentence, executed: true))]))
        #expect(link.submit(2, replies: 1, at: start) == .connect)
    }

    @Test mutating func `servers that accept and close again are left alone longer each time`() {
        var waits: [LinkStateMachine.Action] = []
        #expect(link.submit(1, replies: 1, at: start) == .connect)
        for id in UInt64(2)...4 {
            _ = link.connected(greeting: [.login])
            _ = lose(lost)
            waits.append(link.submit(id, replies: 1, at: start))
            #expect(link.waited() == .connect)
        }
        #expect(waits == [25, 50, 100].map { .wait(until: start + .milliseconds($0)) })
    }

    @Test mutating func `a late reply costs the connection`() {
        #expect(link.submit(1, replies: 1, at: start) == .connect)
        #expect(link.connected(greeting: []) == .write([1]))
        #expect(link.submit(2, replies: 1, at: start) == .write([2]))
        let late = error(.replyTimeout, "no reply within 1.5 s", executed: true)
        let others = error(
            .connectionLost, "an earlier command got no reply in time, and the connection was given up", executed: true)
        #expect(
            link.deadlinePassed(1, after: .milliseconds(1500), at: start, chance: 0)
                == dropped([(1, late), (2, others)]))
        #expect(receive(ok) == dropped([]))
        #expect(link.deadlinePassed(2, after: .seconds(1), at: start, chance: 0) == .none)
    }

    @Test mutating func `a batch that was never sent ran out of time without effect`() {
        #expect(link.submit(1, replies: 1, at: start) == .connect)
        #expect(link.submit(2, replies: 1, at: start) == .none)
        let late = error(.connectTimeout, "no connection within 250 ms")
        #expect(link.deadlinePassed(1, after: .milliseconds(250), at: start, chance: 0) == failed(1, late))
        #expect(link.connected(greeting: []) == .write([2]))
    }

    @Test mutating func `a cancelled batch that was not sent is never sent`() {
        #expect(link.submit(1, replies: 1, at: start) == .connect)
        #expect(link.cancelled(1) == failed(1, error(.closed, "the command was cancelled")))
        #expect(link.connected(greeting: []) == .none)
        #expect(link.submit(2, replies: 1, at: start) == .write([2]))
    }

    @Test mutating func `a cancelled batch that was sent keeps its place among the replies`() {
        #expect(link.submit(1, replies: 1, at: start) == .connect)
        #expect(link.connected(greeting: []) == .write([1]))
        #expect(link.submit(2, replies: 1, at: start) == .write([2]))
        #expect(link.cancelled(1) == failed(1, error(.closed, "the command was cancelled", executed: true)))
        #expect(link.cancelled(1) == .none)
        #expect(receive(.integer(1)) == .none)
        #expect(receive(.integer(2)) == .complete(2, [.integer(2)]))
        #expect(link.cancelled(2) == .none)
    }

    @Test mutating func `closing fails all, and for good`() {
        #expect(link.submit(1, replies: 1, at: start) == .connect)
        #expect(link.connected(greeting: []) == .write([1]))
        let closed = error(.closed, "the session was closed", executed: true)
        #expect(link.close() == dropped([(1, closed)]))
        #expect(link.submit(2, replies: 1, at: start) == failed(2, error(.closed, "the session was closed")))
        #expect(lose(lost) == .none)
        #expect(link.close() == .fail([], drops: false))
    }

    @Test mutating func `closed while connecting, the connection is not kept`() {
        #expect(link.submit(1, replies: 1, at: start) == .connect)
        #expect(link.close() == dropped([(1, error(.closed, "the session was closed"))]))
        #expect(link.connected(greeting: []) == dropped([]))
    }

    @Test mutating func `a greeting that does not come in time fails, one that came does not`() {
        let slow = error(.connectTimeout, "connected, but no greeting within 5 s")
        #expect(link.submit(1, replies: 1, at: start) == .connect)
        #expect(link.connected(greeting: [.login]) == .greet)
        #expect(link.connectTimedOut(slow, at: start, chance: 0) == dropped([(1, slow)]))
        #expect(link.submit(2, replies: 1, at: start + .seconds(1)) == .connect)
        #expect(link.connected(greeting: []) == .write([2]))
        #expect(link.connectTimedOut(slow, at: start, chance: 0) == .none)
    }

    @Test mutating func `a reply that nobody asked for ends the connection`() {
        #expect(link.submit(1, replies: 1, at: start) == .connect)
        #expect(link.connected(greeting: []) == .write([1]))
        #expect(receive(ok) == .complete(1, [ok]))
        #expect(receive(ok) == dropped([]))
    }
}

struct BackoffTests {
    private let backoff = Backoff()

    @Test func `delays double up to a limit`() {
        let delays = (0...8).map { backoff.delay(afterFailures: $0, chance: 1) }
        #expect(delays == [0, 50, 100, 200, 400, 800, 1600, 2000, 2000].map { .milliseconds($0) })
        #expect(backoff.delay(afterFailures: 1_000_000, chance: 1) == .seconds(2))
    }

    @Test func `half of a delay is chance`() {
        #expect(backoff.delay(afterFailures: 2, chance: 0) == .milliseconds(50))
        #expect(backoff.delay(afterFailures: 2, chance: 0.5) == .milliseconds(75))
    }
}
