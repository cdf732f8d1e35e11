import FoundationEssentials
import PlanGraph
import Testing

@testable import Execution

/// The contract of every store: one suite that runs against each of them.
struct RunStoreTests {
    enum Kind: String, CaseIterable, Sendable, CustomTestStringConvertible {
        case file, memory

        var testDescription: String { rawValue }
    }

    /// A store of one kind, and what other processes can do to it.
    struct Subject: Sendable {
        let store: any RunStore
        /// Takes the lease away: somebody else can hold the run from now on.
        let takeAway: @Sendable () -> Void
        /// Writes a record from outside, whether or not anybody holds the run.
        let overwrite: @Sendable (RunState) throws -> Void

        /// - Parameter path: the path of the state file; a store in memory ignores it.
        fileprivate init(_ kind: Kind, path: String) {
            switch kind {
            case .file:
                store = FileStore(path: path, holder: .thisProcess(since: .now))
                takeAway = { try? FileManager.default.removeItem(atPath: path + ".lock") }
                overwrite = { try StateFile(path: path).write($0) }
            case .memory:
                let memory = MemoryStore()
                store = memory
                takeAway = { memory.takeAway() }
                overwrite = { memory.overwrite($0) }
            }
        }
    }

    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    /// - Parameter number: tells the stores apart where one test needs several.
    private func subject(_ kind: Kind, _ number: Int = 0) -> Subject {
        Subject(kind, path: folder.path("prod-\(number).state.json"))
    }

    private let graph = StepGraph([
        ("look", .check, []), ("page", .effect, []), ("follow", .effect, ["look"]), ("sync", .wait, ["follow"]),
        ("cut", .pointOfNoReturn, ["sync", "page"]), ("verify", .check, ["cut"]),
    ])

    private func state(serial: Int) -> RunState {
        var state = RunState(for: graph)
        state.serial = serial
        return state
    }

    @Test(arguments: Kind.allCases) func `what was written is read, with the lease and without`(kind: Kind) async throws
    {
        let store = subject(kind).store
        let lease = try await store.hold()
        for serial in 1...3 {
            try await lease.write(state(serial: serial))
            #expect(try await lease.read() == state(serial: serial))
            #expect(try await store.read() == state(serial: serial))
        }
        await lease.release()
        #expect(try await store.hold().read() == state(serial: 3))
    }

    @Test(arguments: Kind.allCases) func `where nothing is recorded it says so`(kind: Kind) async throws {
        let store = subject(kind).store
        let without = await #expect(throws: StoreFailure.self) { try await store.read() }
        #expect(without?.code == .missing)
        let lease = try await store.hold()
        let with = await #expect(throws: StoreFailure.self) { try await lease.read() }
        #expect(with?.code == .missing)
        #expect(with?.help.isEmpty == false)
    }

    @Test(arguments: Kind.allCases) func `one at a time holds the run, and after it was given back another`(
        kind: Kind
    ) async throws {
        let store = subject(kind).store
        let leases = await withTaskGroup(of: (any RunLease)?.self) { group in
            for _ in 0..<20 { group.addTask { try? await store.hold() } }
            return await group.reduce(into: [any RunLease]()) { $0 += [$1].compactMap(\.self) }
        }
        #expect(leases.count == 1)
        let refusal = await #expect(throws: StoreFailure.self) { try await store.hold() }
        #expect(refusal?.code == .locked)
        #expect(refusal?.help.isEmpty == false)
        for lease in leases {
            await lease.release()
            await lease.release()
        }
        try await store.hold().release()
    }

    @Test(arguments: Kind.allCases) func `a record that somebody else has written is not overwritten`(
        kind: Kind
    ) async throws {
        let subject = subject(kind)
        let lease = try await subject.store.hold()
        try await lease.write(state(serial: 1))
        try subject.overwrite(state(serial: 7))
        for serial in 2...3 {
            let error = await #expect(throws: StoreFailure.self) { try await lease.write(state(serial: serial)) }
            #expect(error?.code == .leaseLost)
        }
        #expect(try await subject.store.read().serial == 7)
    }

    @Test(arguments: Kind.allCases) func `a run that was never read is not overwritten`(kind: Kind) async throws {
        let subject = subject(kind)
        try subject.overwrite(state(serial: 7))
        let lease = try await subject.store.hold()
        let error = await #expect(throws: StoreFailure.self) { try await lease.write(state(serial: 1)) }
        #expect(error?.code == .leaseLost)
        #expect(try await subject.store.read().serial == 7)
    }

    @Test(arguments: Kind.allCases) func `a new run takes the place of the old one that was read`(
        kind: Kind
    ) async throws {
        let subject = subject(kind)
        try subject.overwrite(state(serial: 7))
        let lease = try await subject.store.hold()
        #expect(try await lease.read().serial == 7)
        try await lease.write(state(serial: 1))
        #expect(try await subject.store.read().serial == 1)
    }

    @Test(arguments: Kind.allCases) func `who has lost the lease hears of it, and writes no more`(
        kind: Kind
    ) async throws {
        let subject = subject(kind)
        let lease = try await subject.store.hold()
        try await lease.write(state(serial: 1))
        let waiting = Task { await lease.loss() }
        subject.takeAway()
        let error = await #expect(throws: StoreFailure.self) { try await lease.write(state(serial: 2)) }
        #expect(error?.code == .leaseLost)
        #expect(error?.help.isEmpty == false)
        #expect(await waiting.value == error)
        #expect(await lease.loss() == error)
        #expect(try await subject.store.read().serial == 1)

        // A late release by the former holder does not disturb the next one.
        let next = try await subject.store.hold()
        _ = try await next.read()
        await lease.release()
        let second = await #expect(throws: StoreFailure.self) { try await subject.store.hold() }
        #expect(second?.code == .locked)
        try await next.write(state(serial: 2))
        let late = await #expect(throws: StoreFailure.self) { try await lease.write(state(serial: 3)) }
        #expect(late?.code == .leaseLost)
        #expect(try await subject.store.read().serial == 2)
    }

    @Test(arguments: Kind.allCases) func `nobody waits for a loss that cannot come any more`(kind: Kind) async throws {
        let lease = try await subject(kind).store.hold()
        let cancelled = Task { await lease.loss() }
        cancelled.cancel()
        #expect(await cancelled.value == nil)
        let waiting = Task { await lease.loss() }
        await lease.release()
        #expect(await waiting.value == nil)
        #expect(await lease.loss() == nil)
    }

    // MARK: A whole run

    private func bench(_ world: FakeWorld, failing: Bool = false) -> Bench {
        var bench = Bench(graph: graph)
        for node in graph.nodes where node.role.isEffect {
            bench.operations[node.id] = SwitchOperation(name: "\(node.id)", world: world, doom: Doom())
        }
        if failing { bench.operations["verify"] = FakeOperation(onVerify: { _ in throw StepFailure.broken }) }
        return bench
    }

    private let whole = ["page", "follow", "cut"].flatMap { [$0 + ".fence", $0] }

    /// Expects that the store has the intent of every effect that was made, so that the next holder of the run knows of
    /// it.
    private func expectAllRecorded(_ world: FakeWorld, _ store: any RunStore, _ comment: Comment) async {
        let record = try? await store.read()
        for node in graph.nodes where world.on.contains("\(node.id)") || world.on.contains("\(node.id).fence") {
            #expect(record?[node.id]?.undo != nil, comment)
        }
    }

    @Test(arguments: Kind.allCases, [false, true])
    func `a run that loses its lease at any write is gone on with by the next holder`(
        kind: Kind, isAfter: Bool
    ) async throws {
        for number in 1...100 {
            let comment: Comment = "\(kind), lost \(isAfter ? "after" : "before") write \(number)"
            let (subject, world) = (subject(kind, number), FakeWorld())
            let held = try await subject.store.hold()
            let lease = FragileLease(held, lostAt: number, isAfter: isAfter, takeAway: subject.takeAway)
            let bench = bench(world)
            let outcome = await bench.executor(lease).run(bench.fresh, interrupts: bench.interrupts.stream())
            await lease.release()
            await expectAllRecorded(world, subject.store, comment)
            let isLost = if case .leaseLost = outcome.ending { true } else { false }
            // A lease that is lost after the last write is needed no more.
            #expect(isLost == lease.wasLost || isAfter && outcome.ending == .succeeded, comment)
            #expect(bench.events.lines.last == "run-finished", comment)

            let next = try await subject.store.hold()
            let record = (try? await next.read()) ?? bench.fresh
            let second = self.bench(world)
            let resumed = await second.executor(next).run(record, interrupts: second.interrupts.stream())
            await next.release()
            #expect(resumed.ending == .succeeded, comment)
            #expect(world.log.sorted() == whole.map { "+" + $0 }.sorted(), comment)
            guard lease.wasLost else {
                #expect(number > 5, "the lease was lost later than anything was written")
                return
            }
        }
        Issue.record("a run has more writes than were tried")
    }

    @Test(arguments: Kind.allCases, [false, true])
    func `a rollback that loses its lease at any write is gone on with by the next holder`(
        kind: Kind, isAfter: Bool
    ) async throws {
        for number in 1...100 {
            let comment: Comment = "\(kind), lost \(isAfter ? "after" : "before") write \(number)"
            let (subject, world) = (subject(kind, number), FakeWorld())
            let first = try await subject.store.hold()
            var forward = bench(world)
            forward.operations["cut"] = FakeOperation(onPerform: { _ in throw StepFailure.broken })
            let run = await forward.executor(first).run(forward.fresh, interrupts: forward.interrupts.stream())
            #expect(run.ending == .failed("cut"))
            let lease = FragileLease(first, lostAt: number, isAfter: isAfter, takeAway: subject.takeAway)
            let back = bench(world)
            let outcome = await back.executor(lease).rollBack(run.state, interrupts: back.interrupts.stream())
            await lease.release()
            let isLost = if case .leaseLost = outcome.ending { true } else { false }
            #expect(isLost == lease.wasLost || isAfter && outcome.ending == .complete, comment)

            let next = try await subject.store.hold()
            let second = bench(world)
            let record = try await next.read()
            let resumed = await second.executor(next).rollBack(record, interrupts: second.interrupts.stream())
            await next.release()
            #expect(resumed.ending == .complete, comment)
            #expect(world.on.isEmpty, comment)
            #expect(world.log.count { $0.hasPrefix("-") } == 4, comment)
            guard lease.wasLost else { return }
        }
        Issue.record("a rollback has more writes than were tried")
    }
}
