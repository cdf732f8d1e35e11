import NIOCore
import RESP
import Values

/// Drives a `LinkStateMachine` with sockets, timers and waiting callers. It lives on one event loop.
final class Link {
    /// Where the replies to a batch go: they are parsed, or a reader has them.
    enum Outlet {
        case values((Result<[RESPValue], SessionError>) -> Void)
        case reader((Result<any ReplyReader, SessionError>) -> Void)
    }

    struct Caller {
        let commands: ByteBuffer
        let timer: Scheduled<Void>
        let outlet: Outlet
    }

    private let settings: ConnectionSettings
    private let loop: any EventLoop
    /// Receives the messages of a connection that subscribed; `nil` for a session, which gets only replies.
    private let onMessage: ((PublishedMessage) -> Void)?
    private let onLost: (() -> Void)?
    private var machine: LinkStateMachine
    private var callers: [LinkStateMachine.BatchID: Caller] = [:]
    /// The readers of batches that are under way, also of those that their callers have given up.
    private var readers: [LinkStateMachine.BatchID: any ReplyReader] = [:]
    private var lastID: LinkStateMachine.BatchID = 0
    private var handler: ReplyHandler?
    private var connectTimer: Scheduled<Void>?

    var address: Endpoint { settings.address }

    init(
        settings: ConnectionSettings, loop: any EventLoop, onMessage: ((PublishedMessage) -> Void)? = nil,
        onLost: (() -> Void)? = nil
    ) {
        self.settings = settings
        self.loop = loop
        self.onMessage = onMessage
        self.onLost = onLost
        machine = LinkStateMachine(address: settings.address, passwordDoubt: settings.password?.unseenEnds)
    }

    // MARK: For sessions

    @discardableResult
    func submit(
        _ commands: ByteBuffer, replies: Int, reader: (any ReplyReader)? = nil, timeout: Duration, to outlet: Outlet
    ) -> LinkStateMachine.BatchID {
        lastID += 1
        let id = lastID
        let timer = schedule(after: timeout) {
            self.perform(self.machine.deadlinePassed(id, after: timeout, at: .now(), chance: self.chance))
        }
        callers[id] = Caller(commands: commands, timer: timer, outlet: outlet)
        readers[id] = reader
        perform(machine.submit(id, replies: replies, isRead: reader != nil, at: .now()))
        return id
    }

    func cancel(_ id: LinkStateMachine.BatchID) { perform(machine.cancelled(id)) }

    func close() -> EventLoopFuture<Void> {
        let end = handler?.channel?.closeFuture
        perform(machine.close())
        return end ?? loop.makeSucceededVoidFuture()
    }

    // MARK: For the handler

    func connected(_ handler: ReplyHandler) {
        guard handler === self.handler else { return }
        perform(machine.connected(greeting: settings.greeting.map(\.kind)))
    }

    /// - Parameter size: the memory that the value takes, in bytes.
    func received(_ value: RESPValue, size: Int, from handler: ReplyHandler) {
        guard handler === self.handler else { return }
        if let onMessage, let message = PublishedMessage(value) { return onMessage(message) }
        perform(machine.received(value, size: size, at: .now(), chance: chance))
    }

    /// Gives bytes to the reader of the oldest batch, and leaves in `bytes` what is not for it.
    /// - Returns: whether more may be taken from `bytes`; `nil` where nobody reads, and the bytes are to be parsed.
    func read(_ bytes: inout ByteBuffer, from handler: ReplyHandler) throws(RESPParseError) -> Bool? {
        guard handler === self.handler, let id = machine.reading, var reader = readers.removeValue(forKey: id) else {
            return nil
        }
        let isDone = try reader.read(&bytes)
        readers[id] = reader
        if isDone { perform(machine.readToEnd()) }
        readers[id] = isDone ? nil : reader
        return isDone
    }

    func lost(_ error: SessionError, handler: ReplyHandler) {
        guard handler === self.handler else { return }
        perform(machine.lost(error, at: .now(), chance: chance))
    }

    /// The certificates were refused. Looks at them once more, to say what is wrong with them.
    func lostUnverified(_ tls: TLSClient, handler: ReplyHandler) {
        Dial(settings, on: loop).explain(tls).assumeIsolated().whenComplete { result in
            let sentence = (try? result.get()) ?? "the server's certificate could not be verified"
            let error = SessionError(
                code: .tlsFailed, address: self.address, sentence: sentence, mayHaveBeenExecuted: false)
            self.lost(error, handler: handler)
        }
    }

    // MARK: Actions

    private var chance: Double { .random(in: 0..<1) }

    private func perform(_ action: LinkStateMachine.Action) {
        switch action {
        case .none: break
        case .connect: connect()
        case .wait(let deadline): schedule(at: deadline) { self.perform(self.machine.waited()) }
        case .greet: write(settings.greeting.map(\.command).encoded())
        case .write(let ids): write(ids)
        case .complete(let id, let replies): finish(id, .success(replies))
        case .fail(let failures, let drops):
            if drops { dropConnection() }
            for failure in failures { finish(failure.id, .failure(failure.error)) }
        }
    }

    private func connect() {
        do {
            let tls = try settings.tls.map { options throws(SessionError) in
                try TLSClient(options, address: settings.address)
            }
            let handler = ReplyHandler(link: self, tls: tls, limits: onMessage == nil ? .init() : .ofMessages)
            self.handler = handler
            connectTimer = schedule(after: settings.connectTimeout) { self.connectTimedOut(handler) }
            open(handler, tls: tls)
        } catch {
            perform(machine.lost(error, at: .now(), chance: chance))
        }
    }

    private func open(_ handler: ReplyHandler, tls: TLSClient?) {
        let bound = NIOLoopBound(handler, eventLoop: loop)
        let opening = Dial(settings, on: loop).open { channel in
            if let tls { try channel.pipeline.syncOperations.addHandler(tls.makeHandler()) }
            try channel.pipeline.syncOperations.addHandler(bound.value)
        }
        opening.assumeIsolated().whenComplete { result in
            switch result {
            case .success(let channel):
                // The link gave this connection up while its socket was still opening.
                if self.handler !== bound.value { channel.close(promise: nil) }
            case .failure(let error):
                self.lost(ConnectFailure(error, address: self.address).error, handler: bound.value)
            }
        }
    }

    private func connectTimedOut(_ handler: ReplyHandler) {
        let time = settings.connectTimeout.inWords
        let sentence =
            switch handler.stage {
            case .opening: "no connection within \(time)"
            case .handshaking:
                "connected, but no TLS handshake within \(time); perhaps the server does not speak TLS on this port"
            case .established: "connected, but no greeting within \(time)"
            }
        let error = SessionError(
            code: .connectTimeout, address: address, sentence: sentence, mayHaveBeenExecuted: false)
        guard handler === self.handler else { return }
        perform(machine.connectTimedOut(error, at: .now(), chance: chance))
    }

    private func dropConnection() {
        connectTimer?.cancel()
        connectTimer = nil
        let channel = handler?.channel
        handler = nil
        // Batches that nobody waits for any more end with the connection.
        readers = readers.filter { callers[$0.key] != nil }
        channel?.close(promise: nil)
        onLost?()
    }

    private func write(_ ids: [LinkStateMachine.BatchID]) {
        for id in ids {
            guard let caller = callers[id] else { continue }
            handler?.channel?.write(caller.commands, promise: nil)
        }
        handler?.channel?.flush()
    }

    private func write(_ bytes: ByteBuffer) {
        handler?.channel?.writeAndFlush(bytes, promise: nil)
    }

    private func finish(_ id: LinkStateMachine.BatchID, _ result: Result<[RESPValue], SessionError>) {
        guard let caller = callers.removeValue(forKey: id) else { return }
        caller.timer.cancel()
        switch (caller.outlet, result) {
        case (.values(let finish), _): finish(result)
        case (.reader(let finish), .failure(let error)):
            // The replies to a batch that was sent still come, and its reader has to take them.
            if !machine.awaitsReplies(to: id) { readers[id] = nil }
            finish(.failure(error))
        case (.reader(let finish), .success):
            guard let reader = readers[id] else { preconditionFailure("a batch was read to its end without a reader") }
            finish(.success(reader))
        }
    }

    // MARK: Timers

    private func schedule(after delay: Duration, _ body: @escaping () -> Void) -> Scheduled<Void> {
        schedule(at: .now() + TimeAmount(delay), body)
    }

    @discardableResult
    private func schedule(at deadline: NIODeadline, _ body: @escaping () -> Void) -> Scheduled<Void> {
        let body = NIOLoopBound(body, eventLoop: loop)
        return loop.scheduleTask(deadline: deadline) { body.value() }
    }
}

extension ConnectionSettings {
    /// The commands that are sent on a new connection before anything else.
    fileprivate var greeting: [(kind: LinkStateMachine.Greeting, command: Command)] {
        var greeting: [(kind: LinkStateMachine.Greeting, command: Command)] = []
        if password != nil || username != nil {
            // A user without a password has `nopass`, and the server takes any password for such a user.
            let words = ["AUTH"] + [username, password?.reveal() ?? ""].compactMap(\.self)
            greeting.append((.login, Command(words)))
        }
        if let clientName { greeting.append((.name, Command(["CLIENT", "SETNAME", clientName]))) }
        return greeting
    }
}

extension RESPParser.Limits {
    /// Messages are kept until somebody reads them, so a large one is refused. A Sentinel's messages have about 200
    /// bytes.
    fileprivate static var ofMessages: Self {
        var limits = Self()
        limits.replySize = 64 << 10
        return limits
    }
}

extension PublishedMessage {
    /// `nil` for everything that is not a message, such as the confirmation of `SUBSCRIBE`.
    init?(_ value: RESPValue) {
        guard let parts = value.array, parts.count == 3, parts[0].string == "message",
            let channel = parts[1].string, let payload = parts[2].string
        else { return nil }
        self.init(channel: channel, payload: payload)
    }
}
