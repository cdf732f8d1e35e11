import Execution
import Operations
import PlanGraph
import PlanModel
import RESP
import Synchronization
import TestKit
import Values

/// A small world that is shared by several processes, one after the other.
final class SharedWorld: Sendable {
    private let state: Mutex<SmallWorld>

    init(_ world: SmallWorld) { state = Mutex(world) }

    func read<Value: Sendable>(_ body: (SmallWorld) -> Value) -> Value { state.withLock { body($0) } }
    func change<Value: Sendable>(_ body: (inout sending SmallWorld) -> sending Value) -> Value {
        state.withLock { body(&$0) }
    }
}

/// What goes wrong in a process, and at which of its moments. Each command sent and each state written is a moment.
struct Mishap: Sendable {
    enum Kind: Sendable, CaseIterable {
        /// The process dies right after the command was carried out. To die before a command is to die after the one
        /// before it.
        case dies
        /// The connection is lost, and the process goes on.
        case commandLost, replyLost
        /// The command was carried out, and its reply does not come in time.
        case replyLate
        /// Somebody types `SENTINEL FAILOVER`.
        case rival
        /// Somebody else may carry out the run from now on, and this process hears of it.
        case losesLease
    }

    var kind: Kind
    var moment: Int

    static let none = Mishap(kind: .dies, moment: .max)
}

/// One planrun in a small world: its clock, its connections, its state file, and how it ends.
///
/// A process that has died changes nothing any more: its commands reach no server, its writes fail, and the time that
/// it still spends in loops passes for nobody else.
final class FakeProcess: Sendable {
    private struct State {
        var moments = 0
        var isDead = false
        var afterDeath = Duration.zero
        var undo: StateValue?
        var deadAt = Duration.zero
        var wasFenced = false
        var saves = 0
        var isLeaseLost = false
        var logWhenStruck = 0
    }

    let world: SharedWorld
    let mishap: Mishap
    private let state: Mutex<State>

    /// Changes the world just after a write of the state file; the argument is the number of the write.
    let onSave: @Sendable (SharedWorld, Int) -> Void

    init(
        _ world: SharedWorld, _ mishap: Mishap = .none, undo: StateValue? = nil,
        onSave: @escaping @Sendable (SharedWorld, Int) -> Void = { _, _ in }
    ) {
        self.world = world
        self.mishap = mishap
        self.onSave = onSave
        state = Mutex(State(undo: undo))
    }

    var isDead: Bool { state.withLock(\.isDead) }
    /// The number of changes that the world had seen when the mishap happened.
    var logWhenStruck: Int { state.withLock(\.logWhenStruck) }
    private var isLeaseLost: Bool { state.withLock(\.isLeaseLost) }
    /// Whether the mishap has happened.
    var isStruck: Bool { state.withLock { $0.moments >= mishap.moment } }
    var wasFencedWhenStruck: Bool { state.withLock(\.wasFenced) }
    /// The undo data in the state file.
    var undo: StateValue? { state.withLock(\.undo) }

    var time: Duration {
        state.withLock { state in
            state.isDead ? state.deadAt + state.afterDeath : world.read(\.now)
        }
    }

    func sleep(until deadline: Duration) {
        let duration = deadline - time
        guard duration > .zero else { return }
        if isDead {
            // The loops of a dead process run to their limits a hundred times as fast, since nobody waits for them.
            state.withLock { $0.afterDeath += duration * 100 }
        } else {
            world.change { $0.advance(by: duration) }
        }
    }

    /// Its connections to the world.
    var connector: any SessionConnector { WorldConnector(process: self) }

    /// - Parameter wrap: can put something between planrun and the servers.
    func servers(
        _ plan: Plan, through wrap: (any SessionConnector) -> any SessionConnector = { $0 },
        resolve: @escaping @Sendable (String) async -> Set<String> = { [$0] }
    ) throws -> Servers {
        try Servers(
            plan: plan, connector: wrap(WorldConnector(process: self)), environment: [:],
            clock: WorldClock(process: self),
            probesWrites: false, resolve: resolve)
    }

    func context(
        attempt: Int = 1, isLook: Bool = false, mark: StateValue? = nil, memos: [NodeID: StateValue] = [:],
        note: @escaping @Sendable (StateValue?) -> Void = { _ in },
        tell: @escaping @Sendable (String) -> Void = { _ in }
    ) -> StepContext {
        StepContext(
            node: "failover", undo: undo, attempt: attempt, clock: WorldClock(process: self), memos: memos, mark: mark,
            isLook: isLook, save: { try self.save($0) }, note: note, report: { _ in }, tell: tell,
            isDraining: { self.isLeaseLost }, isLeaseLost: { self.isLeaseLost })
    }

    func save(_ undo: StateValue) throws {
        let strikes = strike()
        if strikes { noteLog() }
        if isLeaseLost {
            throw StoreFailure(.leaseLost, place: "plan.state.json", what: "the lease is lost", help: [])
        }
        if isDead || strikes && mishap.kind != .dies && mishap.kind != .rival {
            throw StoreFailure(.notWritable, place: "plan.state.json", what: "the disk is full", help: [])
        }
        let count = state.withLock { state in
            state.undo = undo
            state.saves += 1
            return state.saves
        }
        onSave(world, count)
        if strikes, mishap.kind == .dies {
            die()
            throw StoreFailure(.notWritable, place: "plan.state.json", what: "the process is gone", help: [])
        }
    }

    func carryOut(
        _ command: [String], at address: Endpoint, timeout: Duration
    ) throws(SessionError) -> RESPValue {
        let strikes = strike()
        if isDead { throw .lost(address, mayHaveBeenExecuted: false) }
        if strikes, ![.rival, .losesLease].contains(mishap.kind) {
            switch mishap.kind {
            case .rival, .losesLease: break
            case .dies:
                _ = world.change { $0.answer(command, at: address) }
                die()
            case .commandLost: break
            case .replyLost: _ = world.change { $0.answer(command, at: address) }
            case .replyLate:
                _ = world.change { $0.answer(command, at: address) }
                world.change { $0.advance(by: timeout) }
                throw SessionError(
                    code: .replyTimeout, address: address, sentence: "no reply from \(address)",
                    mayHaveBeenExecuted: true)
            }
            throw .lost(address, mayHaveBeenExecuted: true)
        }
        let reply = world.change { $0.answer(command, at: address) }
        if strikes { noteLog() }
        guard let reply else { throw .lost(address, mayHaveBeenExecuted: false) }
        return reply
    }

    private func strike() -> Bool {
        let strikes = state.withLock { state in
            state.moments += 1
            return state.moments == mishap.moment
        }
        guard strikes else { return false }
        let isFenced = world.change { world in
            if mishap.kind == .rival, let last = world.sentinels.indices.last, world.sentinels[last].failover == nil {
                world.sentinels[last].failover = .begun(world.now)
            }
            return world.source.settings["min-replicas-to-write"] != "0"
        }
        state.withLock { state in
            state.wasFenced = isFenced
            state.isLeaseLost = mishap.kind == .losesLease
        }
        return true
    }

    private func noteLog() {
        let count = world.read(\.log).count
        state.withLock { $0.logWhenStruck = count }
    }

    private func die() {
        let now = world.read(\.now)
        state.withLock { state in
            state.isDead = true
            state.deadAt = now
        }
    }
}

extension SessionError {
    fileprivate static func lost(_ address: Endpoint, mayHaveBeenExecuted: Bool) -> Self {
        SessionError(
            code: mayHaveBeenExecuted ? .connectionLost : .connectionRefused, address: address,
            sentence: "the connection to \(address) was lost", mayHaveBeenExecuted: mayHaveBeenExecuted)
    }
}

/// Time as one process sees it. Sleeping lets the time of the world pass.
struct WorldClock: Clock {
    struct Instant: InstantProtocol {
        var offset: Duration

        func advanced(by duration: Duration) -> Instant { Instant(offset: offset + duration) }
        func duration(to other: Instant) -> Duration { other.offset - offset }
        static func < (left: Instant, right: Instant) -> Bool { left.offset < right.offset }
    }

    let process: FakeProcess

    var now: Instant { Instant(offset: process.time) }
    var minimumResolution: Duration { .zero }

    func sleep(until deadline: Instant, tolerance: Duration?) async throws {
        try Task.checkCancellation()
        process.sleep(until: deadline.offset)
    }
}

private struct WorldConnector: SessionConnector {
    let process: FakeProcess

    func session(_ settings: ConnectionSettings) -> any CommandSession {
        WorldSession(process: process, address: settings.address)
    }

    func subscribe(
        to channels: [String], _ settings: ConnectionSettings
    ) async throws(SessionError) -> any Subscription {
        throw .lost(settings.address, mayHaveBeenExecuted: false)
    }
}

private struct WorldSession: CommandSession {
    let process: FakeProcess
    let address: Endpoint

    func pipeline(_ commands: [Command], timeout: Duration?) async throws(SessionError) -> [RESPValue] {
        var replies: [RESPValue] = []
        for command in commands {
            replies.append(try process.carryOut(command.words, at: address, timeout: timeout ?? .seconds(10)))
        }
        return replies
    }

    func close() async {}
}
