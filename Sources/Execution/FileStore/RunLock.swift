import FoundationEssentials
import Glibc
import Synchronization
import SystemPackage

/// The right to carry out a plan: held by one process at a time, and given back by the kernel when that process dies.
///
/// It is an advisory lock (`flock`) on a file beside the state. The file says who holds the lock.
package final class RunLock: Sendable {
    package struct Holder: Sendable, Equatable, Codable {
        package let pid: Int32
        package let host: String
        package let since: Timestamp

        package init(pid: Int32, host: String, since: Timestamp) {
            self.pid = pid
            self.host = host
            self.since = since
        }

        package static func thisProcess(since: Timestamp) -> Holder {
            Holder(pid: getpid(), host: hostName(), since: since)
        }
    }

    package let path: String
    private let file: FileDescriptor
    private let isHeld = Atomic(true)

    private init(path: String, file: FileDescriptor) {
        self.path = path
        self.file = file
    }

    deinit { release() }

    /// - Throws: `StoreFailure` with code `locked`, naming the holder, or `notWritable`.
    package static func acquire(forState state: String, as holder: Holder) throws(StoreFailure) -> RunLock {
        let path = state + ".lock"
        do {
            while true {
                let file = try open(path)
                guard flock(file.rawValue, LOCK_EX | LOCK_NB) == 0 else {
                    let error = Errno(rawValue: errno)
                    defer { try? file.close() }
                    if error == .interrupted { continue }
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

    private static func write(_ holder: Holder, to file: FileDescriptor) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        try Errno.check(ftruncate(file.rawValue, 0))
        _ = try file.writeAll(toAbsoluteOffset: 0, [UInt8](encoder.encode(holder)) + [UInt8(ascii: "\n")])
    }

    private static func read(_ file: FileDescriptor) -> Holder? {
        guard let bytes = try? file.readToEnd(expecting: 256) else { return nil }
        return try? JSONDecoder().decode(Holder.self, from: Data(bytes))
    }
}

private func hostName() -> String {
    var buffer = [CChar](repeating: 0, count: 256)
    guard gethostname(&buffer, buffer.count - 1) == 0 else { return "this machine" }
    return String(decoding: buffer.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
}

extension StoreFailure {
    fileprivate static func locked(_ state: String, by holder: RunLock.Holder?) -> StoreFailure {
        let who = holder.map { "process \($0.pid) on '\($0.host)' since \($0.since)" } ?? "another process"
        return StoreFailure(
            .locked, place: state, what: "the plan is being carried out already, by \(who)",
            help: ["wait until it ends, or stop it with Ctrl-C; if that process dies, the lock goes with it"])
    }

    fileprivate static func cannotLock(_ path: String, _ error: Errno) -> StoreFailure {
        StoreFailure(
            .notWritable, place: path, what: "the lock file '\(path)' cannot be used: \(error.sentence)",
            help: [
                "keep the state in a folder on a local disk that this user can write, with '--state PATH'"
            ])
    }
}
