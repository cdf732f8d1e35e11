import Testing

@testable import Execution

struct RunLockTests {
    private let folder: TemporaryFolder
    private let since = Timestamp(millisecondsSince1970: 1_767_225_600_000)

    init() throws { folder = try TemporaryFolder() }

    private var state: String { folder.path("prod.state.json") }

    private func acquire(pid: Int32 = 4711) throws -> RunLock {
        try RunLock.acquire(forState: state, as: RunHolder(pid: pid, host: "db1", since: since))
    }

    @Test func `the second is refused and told who holds it`() throws {
        let lock = try acquire()
        defer { lock.release() }
        let error = #expect(throws: StoreFailure.self) { try acquire(pid: 4712) }
        #expect(error?.code == .locked)
        #expect(
            error?.what
                == "the plan is being carried out already, by process 4711 on 'db1' since 2026-01-01T00:00:00.000Z")
        #expect(folder.text("prod.state.json.lock")?.contains("\"pid\":4711") == true)
    }

    @Test func `whoever looks is told who holds it, and who died with it`() throws {
        #expect(RunLock.holding(ofState: state) == .free(last: nil))
        let lock = try acquire()
        let holder = RunHolder(pid: 4711, host: "db1", since: since)
        #expect(RunLock.holding(ofState: state) == .held(holder))
        let left = folder.text("prod.state.json.lock")
        lock.release()
        #expect(RunLock.holding(ofState: state) == .free(last: nil))
        try folder.write(try #require(left), to: "prod.state.json.lock")
        #expect(RunLock.holding(ofState: state) == .free(last: holder))
        try acquire().release()
    }

    @Test func `it can be had again once it was given back, and leaves nothing`() throws {
        try acquire().release()
        #expect(folder.names.isEmpty)
        let lock = try acquire()
        lock.release()
        lock.release()
        #expect(folder.names.isEmpty)
    }

    @Test func `who forgets it gives it back`() throws {
        do { _ = try acquire() }
        try acquire().release()
    }

    @Test func `what a dead process left is no obstacle`() throws {
        try folder.write("{\"pid\":1,\"host\":\"gone\"", to: "prod.state.json.lock")
        let lock = try acquire()
        defer { lock.release() }
        #expect(
            folder.text("prod.state.json.lock")
                == "{\"host\":\"db1\",\"pid\":4711,\"since\":\"2026-01-01T00:00:00.000Z\"}\n")
    }

    @Test func `of many at once, one has it`() async throws {
        let locks = await withTaskGroup(of: RunLock?.self) { group in
            for pid in 1...20 { group.addTask { [self] in try? acquire(pid: Int32(pid)) } }
            return await group.reduce(into: [RunLock]()) { $0 += [$1].compactMap(\.self) }
        }
        #expect(locks.count == 1)
        for lock in locks { lock.release() }
    }

    @Test func `a folder that cannot be written is said so`() {
        let error = #expect(throws: StoreFailure.self) {
            try RunLock.acquire(
                forState: folder.path("missing/prod.state.json"), as: .thisProcess(since: since))
        }
        #expect(error?.code == .notWritable)
        #expect(
            error?.what
                == "the lock file '\(folder.path("missing/prod.state.json.lock"))' cannot be used: no such file or directory"
        )
    }

    @Test func `the kernel gives it back when its holder dies`() async throws {
        let path = folder.path("prod.state.json")
        await #expect(processExitsWith: .success) { [path = path as String] in
            // The lock is not released: the process ends while it holds the lock.
            _ = Unmanaged.passRetained(try RunLock.acquire(forState: path, as: .thisProcess(since: .now)))
        }
        #expect(folder.names == ["prod.state.json.lock"])
        try acquire().release()
    }
}
