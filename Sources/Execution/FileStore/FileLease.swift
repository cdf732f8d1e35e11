import Dispatch
import Synchronization

/// The lease of a run whose record is a file. It lasts as long as the lock file is the one that this process has
/// locked.
///
/// The kernel lets only one process lock a file. But if a person removes the lock file while a run goes on, a second
/// planrun creates a new file and locks that. So before each checkpoint the holder makes sure that the file at the
/// lock's path is still the one that it has locked.
final class FileLease: RunLease {
    /// The file that was last read or written, and the checkpoint that is in it.
    private struct Known {
        let mark: FileStatus.Mark
        let revision: RunRevision
    }

    private let file: StateFile
    private let lock: RunLock
    private let queue: DispatchQueue
    private let known = Mutex<Known?>(nil)
    private let lost = LeaseLoss()

    init(file: StateFile, lock: RunLock, queue: DispatchQueue) {
        self.file = file
        self.lock = lock
        self.queue = queue
    }

    var recordName: String { "the state file '\(file.path)'" }

    func read() async throws(StoreFailure) -> RunState {
        try await queue.run { [self] () throws(StoreFailure) in
            let (state, mark) = try file.readMarked()
            known.withLock { $0 = Known(mark: mark, revision: state.revision) }
            return state
        }
    }

    func write(_ state: RunState) async throws(StoreFailure) {
        do {
            try await queue.run { [self] () throws(StoreFailure) in
                if let failure = lost.failure { throw failure }
                guard lock.isIntact else { throw .lockReplaced(file.path, lock: lock.path) }
                try checkLast()
                let mark = try file.writeMarked(state)
                known.withLock { $0 = Known(mark: mark, revision: state.revision) }
            }
        } catch {
            if error.code == .leaseLost { lost.lose(error) }
            throw error
        }
    }

    func loss() async -> StoreFailure? { await lost.wait() }

    func release() async {
        lost.release()
        try? await queue.run { [lock] () throws(StoreFailure) in lock.release() }
    }

    /// Refuses to replace a state file that somebody else has written. A file that was removed is simply written again:
    /// without a record nobody else can have gone on with the run.
    private func checkLast() throws(StoreFailure) {
        let known = known.withLock { $0 }
        guard let status = FileStatus(ofLink: file.path), status.isRegular, status.mark != known?.mark else { return }
        let found = try? file.read().revision
        guard let found, found == known?.revision else { throw .overtaken(file.path, found, known?.revision) }
    }
}

extension StoreFailure {
    fileprivate static func lockReplaced(_ path: String, lock: String) -> StoreFailure {
        StoreFailure(
            .leaseLost, place: path, what: "the lock file '\(lock)' was removed or replaced while this run held it",
            help: ["another planrun may carry out the plan by now: leave the lock file alone while a run goes on"])
    }

    fileprivate static func overtaken(
        _ path: String, _ found: RunRevision?, _ wanted: RunRevision?
    ) -> StoreFailure {
        let what =
            switch (found, wanted) {
            case (let found?, let wanted?) where found.lineage == wanted.lineage:
                "holds checkpoint \(found.serial), and the last one that this run wrote or read is \(wanted.serial)"
            case (.some, .some): "is of another run"
            case (.some, nil): "holds a run that this one does not know"
            case (nil, _): "is not one that this run has written"
            }
        return StoreFailure(
            .leaseLost, place: path, what: "the state file '\(path)' was replaced by somebody else: it \(what)",
            help: ["another planrun may carry out the plan by now"])
    }
}
