import Synchronization

@testable import Execution

/// A store in memory that remembers everything that was written. A test can make its writes fail, or take its lease
/// away.
final class MemoryStore: RunStore {
    static let full = StoreFailure(
        .notWritable, place: "memory", what: "the disk is full", help: ["free some"])
    static let taken = StoreFailure(
        .leaseLost, place: "memory", what: "the lease was taken away", help: ["look who has it"])

    private struct Contents {
        var states: [RunState] = []
        var holder: MemoryLease?
    }

    private let contents = Mutex(Contents())
    private let doom: Doom
    private let world: FakeWorld?
    private let isBroken: @Sendable (RunState) -> Bool
    private let beforeWrite: @Sendable (RunState) async -> Void

    /// - Parameter beforeWrite: called before each write, which waits until it returns.
    init(
        doom: Doom = Doom(), world: FakeWorld? = nil,
        brokenWhen isBroken: @escaping @Sendable (RunState) -> Bool = { _ in false },
        beforeWrite: @escaping @Sendable (RunState) async -> Void = { _ in }
    ) {
        self.doom = doom
        self.world = world
        self.isBroken = isBroken
        self.beforeWrite = beforeWrite
    }

    var written: [RunState] { contents.withLock { $0.states } }
    var last: RunState? { written.last }

    func read() async throws(StoreFailure) -> RunState {
        guard let last else {
            throw StoreFailure(.missing, place: "memory", what: "nothing is recorded", help: ["begin"])
        }
        return last
    }

    func holding() async -> RunHolding { contents.withLock { $0.holder == nil ? .free(last: nil) : .held(nil) } }

    func hold() async throws(StoreFailure) -> any RunLease {
        let lease = MemoryLease(self)
        let isHeld = contents.withLock { contents in
            guard contents.holder == nil else { return true }
            contents.holder = lease
            return false
        }
        guard !isHeld else {
            throw StoreFailure(.locked, place: "memory", what: "the run is held by another task", help: ["wait"])
        }
        return lease
    }

    /// Ends the lease as if it had run out: from now on somebody else can hold the run.
    func takeAway() {
        let holder = contents.withLock { contents in
            defer { contents.holder = nil }
            return contents.holder
        }
        holder?.lost.lose(Self.taken)
    }

    /// Writes as somebody would who does not respect the lease.
    func overwrite(_ state: RunState) { contents.withLock { $0.states.append(state) } }

    fileprivate func write(
        _ state: RunState, over known: RunRevision?, by lease: MemoryLease
    ) async throws(StoreFailure) {
        await beforeWrite(state)
        do { try doom.moment() } catch { throw Self.full }
        guard !isBroken(state) else { throw Self.full }
        // The state is encoded and read again, so that a resume sees only what can be read from bytes.
        let read = try StateDocument(path: "memory", bytes: StateDocument.encode(state)).state()
        let isWritten = contents.withLock { contents in
            guard contents.holder === lease, contents.states.last?.revision == known else { return false }
            contents.states.append(read)
            return true
        }
        guard isWritten else { throw Self.taken }
        world?.note("write")
        do { try doom.moment() } catch { throw Self.full }
    }

    fileprivate func release(_ lease: MemoryLease) {
        contents.withLock { if $0.holder === lease { $0.holder = nil } }
    }
}

final class MemoryLease: RunLease {
    fileprivate let lost = LeaseLoss()
    private let store: MemoryStore
    private let known = Mutex<RunRevision?>(nil)

    init(_ store: MemoryStore) { self.store = store }

    var recordName: String { "the record in memory" }

    func read() async throws(StoreFailure) -> RunState {
        let state = try await store.read()
        known.withLock { $0 = state.revision }
        return state
    }

    func write(_ state: RunState) async throws(StoreFailure) {
        if let failure = lost.failure { throw failure }
        do {
            try await store.write(state, over: known.withLock { $0 }, by: self)
            known.withLock { $0 = state.revision }
        } catch {
            if error.code == .leaseLost { lost.lose(error) }
            throw error
        }
    }

    func loss() async -> StoreFailure? { await lost.wait() }

    func release() async {
        lost.release()
        store.release(self)
    }
}

/// A lease on a file without a lock, for tests of the file alone.
final class PlainLease: RunLease {
    private let file: StateFile
    private let lost = LeaseLoss()

    init(file: StateFile) { self.file = file }

    var recordName: String { "the state file '\(file.path)'" }
    func read() async throws(StoreFailure) -> RunState { try file.read() }
    func write(_ state: RunState) async throws(StoreFailure) { try file.write(state) }
    func loss() async -> StoreFailure? { await lost.wait() }
    func release() async { lost.release() }
}

/// A lease that is taken away right before or right after its n-th write. In the second case its holder hears of the
/// loss only from the next write, or from the store.
final class FragileLease: RunLease {
    private let lease: any RunLease
    private let left: Mutex<Int>
    private let isAfter: Bool
    private let takeAway: @Sendable () -> Void

    /// - Parameter number: the number of the write, counted from 1.
    init(_ lease: any RunLease, lostAt number: Int, isAfter: Bool, takeAway: @escaping @Sendable () -> Void) {
        self.lease = lease
        self.left = Mutex(number)
        self.isAfter = isAfter
        self.takeAway = takeAway
    }

    /// Whether the run had so many writes that the lease was lost.
    var wasLost: Bool { left.withLock { $0 <= 0 } }

    var recordName: String { lease.recordName }
    func read() async throws(StoreFailure) -> RunState { try await lease.read() }

    func write(_ state: RunState) async throws(StoreFailure) {
        let isIt = left.withLock { left in
            left -= 1
            return left == 0
        }
        if isIt, !isAfter { takeAway() }
        try await lease.write(state)
        if isIt, isAfter { takeAway() }
    }

    func loss() async -> StoreFailure? { await lease.loss() }
    func release() async { await lease.release() }
}
