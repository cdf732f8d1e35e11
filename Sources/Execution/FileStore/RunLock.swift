import FoundationEssentials
import Glibc
import Synchronization
import SystemPackage

/// The right to carry out a plan: held by one process at a time, and given back by the kernel when that process dies.
///
/// It is an advisory lock (`flock`) on a file beside the state. The file says who holds the lock.
package final class RunLock: Sendable {
    package let path: String
    private let file: FileDescriptor
    private let isHeld = Atomic(true)

    private init(path: String, file: FileDescriptor) {
        self.path = path
        self.file = file
    }

    deinit { release() }

    /// - Throws: `StoreFailure` with code `locked`, naming the holder, or `notWritable`.
    package static func acquire(forState state: String, as holder: RunHolder) throws(StoreFailure) -> RunLock {
        let path = state + ".lock"
        do {
            while true {
                let file = try open(path)
                do {
                    try lock(file)
                } catch {
                    defer { try? file.close() }
                    throw error == .wouldBlock ? .locked(state, by: read(file)) : StoreFailure.cannotLock(path, error)
                }
                // The last holder may have removed the file between our open and our lock: then we have locked a file
                // that nobody else will find.
                guard FileStatus(of: file)?.identity == FileStatus(ofLink: path)?.identity else {
                    try? file.close()
                    continue
                }
                try write(holder, to: file)
                return RunLock(path: path, file: file)
            }
        } catch let error as StoreFailure {
            throw error
        } catch {
            throw .cannotLock(path, error as? Errno ?? .ioError)
        }
    }

    /// Who holds the lock. Looking keeps nobody from it for longer than `acquire` goes on trying.
    package static func holding(ofState state: String) -> RunHolding {
        let file: FileDescriptor
        do {
            file = try FileDescriptor.open(FilePath(state + ".lock"), .readOnly, options: [.noFollow, .closeOnExec])
        } catch {
            return error as? Errno == .noSuchFileOrDirectory ? .free(last: nil) : .untold
        }
        // The shared lock goes with the file.
        defer { try? file.close() }
        guard flock(file.rawValue, LOCK_SH | LOCK_NB) != 0 else { return .free(last: read(file)) }
        return Errno(rawValue: errno) == .wouldBlock ? .held(read(file)) : .untold
    }

    /// Somebody who only looks who holds it, holds it for some microseconds.
    private static func lock(_ file: FileDescriptor) throws(Errno) {
        for attempt in 1... {
            guard flock(file.rawValue, LOCK_EX | LOCK_NB) != 0 else { return }
            switch Errno(rawValue: errno) {
            case .interrupted: continue
            case .wouldBlock where attempt < 5: usleep(2_000)
            case let error: throw error
            }
        }
    }

    /// Whether the file at the path is still the one that is locked. Somebody may have removed it, and then a second
    /// process can lock a new one.
    package var isIntact: Bool {
        isHeld.load(ordering: .acquiring) && FileStatus(ofLink: path)?.identity == FileStatus(of: file)?.identity
    }

    /// Gives the lock back. A second call does nothing.
    package func release() {
        let isOurs = isIntact
        guard isHeld.exchange(false, ordering: .acquiringAndReleasing) else { return }
        // The file is removed while it is still locked, so no other process can lock it. A process that has opened it
        // already sees that it is gone and opens the path again. If another file is at the path by now, it belongs to
        // somebody else.
        if isOurs { removeFile(FilePath(path)) }
        try? file.close()
    }

    private static func open(_ path: String) throws -> FileDescriptor {
        try FileDescriptor.open(
            FilePath(path), .readWrite, options: [.create, .noFollow, .closeOnExec], permissions: .ownerReadWrite)
    }

    private static func write(_ holder: RunHolder, to file: FileDescriptor) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        try Errno.check(ftruncate(file.rawValue, 0))
        _ = try file.writeAll(toAbsoluteOffset: 0, [UInt8](encoder.encode(holder)) + [UInt8(ascii: "\n")])
    }

    private static func read(_ file: FileDescriptor) -> RunHolder? {
        guard let bytes = try? file.readToEnd(expecting: 256) else { return nil }
        return try? JSONDecoder().decode(RunHolder.self, from: Data(bytes))
    }
}

extension StoreFailure {
    fileprivate static func locked(_ state: String, by holder: RunHolder?) -> StoreFailure {
        let who = holder.map { "\($0) since \($0.since)" } ?? "another process"
        return StoreFailure(
            .locked, place: state, what: "the plan is being carried out already, by \(who)",
            help: ["wait until it ends, or stop it there with Ctrl-C; if that process dies, its lock is released"])
    }

    fileprivate static func cannotLock(_ path: String, _ error: Errno) -> StoreFailure {
        StoreFailure(
            .notWritable, place: path, what: "the lock file '\(path)' cannot be used: \(error.sentence)",
            help: [
                "keep the state in a folder on a local disk that this user can write, with '--state PATH'"
            ])
    }
}
