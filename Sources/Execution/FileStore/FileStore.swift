import Dispatch

/// Keeps the record of a run in a JSON file, usually beside the plan. The lease is a lock on another file beside the
/// record.
///
/// All calls into the file system are made on a queue of their own: a disk that hangs holds up only those who wait for
/// it.
package struct FileStore: RunStore {
    private let file: StateFile
    private let holder: RunHolder
    private let queue = DispatchQueue(label: "state file")

    /// - Parameters:
    ///   - path: the path of the state file.
    ///   - holder: who takes the lease; a second planrun, which is refused, is told this.
    package init(path: String, holder: RunHolder) {
        self.file = StateFile(path: path)
        self.holder = holder
    }

    package func read() async throws(StoreFailure) -> RunState {
        try await queue.run { [file] () throws(StoreFailure) in try file.read() }
    }

    package func holding() async -> RunHolding {
        (try? await queue.run { [file] () throws(StoreFailure) in RunLock.holding(ofState: file.path) })
            ?? .untold
    }

    package func hold() async throws(StoreFailure) -> any RunLease {
        try await queue.run { [file, holder, queue] () throws(StoreFailure) in
            let lock = try RunLock.acquire(forState: file.path, as: holder)
            file.removeLeftovers()
            return FileLease(file: file, lock: lock, queue: queue)
        }
    }
}

extension DispatchQueue {
    /// Runs `body`, which may block, and suspends the caller meanwhile. Otherwise it would block one of the few threads
    /// that all tasks share.
    func run<Value: Sendable>(
        _ body: @escaping @Sendable () throws(StoreFailure) -> Value
    ) async throws(StoreFailure) -> Value {
        let result: Result<Value, StoreFailure> = await withCheckedContinuation { continuation in
            async { continuation.resume(returning: Result(catching: body)) }
        }
        return try result.get()
    }
}
