import Comparison
import Execution
import FoundationEssentials
import Glibc
import Synchronization
import SystemPackage

/// A file with one JSON object a line for each difference. Until it is complete it has another name, so that nobody
/// takes a part for the whole; an earlier file stays until then.
///
/// A comparison that can be gone on with keeps the part under a name that the next process finds. Its checkpoint says how
/// many bytes of it belong to what was compared until then.
final class DifferencesFile: Sendable {
    private struct State {
        let file: FileDescriptor
        var waiting: [UInt8] = []
    }

    /// Bytes that are kept before they are written.
    private static let buffer = 64 << 10

    private let path: FilePath
    private let partial: FilePath
    /// Whether another process may go on with the part.
    private let isKept: Bool
    private let state: Mutex<State>

    /// Opens a new file beside the path, which only this process knows.
    /// - Throws: `StepFailure` with the code `file-not-written`.
    convenience init(_ path: String) throws(StepFailure) {
        let partial = FilePath("\(path).\(ProcessInfo.processInfo.processIdentifier).partial")
        try self.init(path, partial, isKept: false) { file in try file.resize(to: 0) }
    }

    /// Opens the file of a comparison that can be gone on with.
    /// - Parameter length: the bytes that belong to what was compared before; what follows them is found again.
    /// - Throws: `StepFailure` with the code `file-not-written` or, if the file has fewer bytes,
    ///   `comparison-not-resumable`.
    convenience init(_ path: String, goingOnAt length: Int64) throws(StepFailure) {
        let partial = FilePath("\(path).partial")
        try self.init(path, partial, isKept: true) { file in
            guard flock(file.rawValue, LOCK_EX | LOCK_NB) == 0 else { throw Errno(rawValue: errno) }
            guard try file.seek(offset: 0, from: .end) >= length else { throw Self.lacking(partial.string) }
            try file.resize(to: length)
            try file.seek(offset: 0, from: .end)
        }
    }

    private init(
        _ path: String, _ partial: FilePath, isKept: Bool, prepare: (FileDescriptor) throws -> Void
    ) throws(StepFailure) {
        self.path = FilePath(path)
        self.partial = partial
        self.isKept = isKept
        state = Mutex(
            State(
                file: try Self.writing(path) {
                    let file = try FileDescriptor.open(
                        partial, .writeOnly, options: [.create, .noFollow, .closeOnExec],
                        permissions: .ownerReadWrite)
                    do {
                        try prepare(file)
                        return file
                    } catch {
                        try? file.close()
                        throw error
                    }
                }))
    }

    /// - Returns: the length of the file in bytes, once all differences that were found until now are on disk.
    func save() throws(StepFailure) -> Int64 {
        try Self.writing(path.string) {
            try state.withLock { state in
                try Self.flush(&state)
                guard fsync(state.file.rawValue) == 0 else { throw Errno(rawValue: errno) }
                return try state.file.seek(offset: 0, from: .current)
            }
        }
    }

    /// Throws away what was written, because all keys are compared from the beginning.
    func restart() throws(StepFailure) {
        try Self.writing(path.string) {
            try state.withLock { state in
                state.waiting = []
                try state.file.resize(to: 0)
                try state.file.seek(offset: 0, from: .start)
            }
        }
    }

    func write(_ difference: Difference) throws(StepFailure) {
        let line = JSONText.line(of: DifferenceEntry(difference)) + "\n"
        try Self.writing(path.string) {
            try state.withLock { state in
                state.waiting += Array(line.utf8)
                if state.waiting.count >= Self.buffer { try Self.flush(&state) }
            }
        }
    }

    /// Gives the file its name once all of it is on disk.
    func complete() throws(StepFailure) {
        try Self.writing(path.string) {
            try state.withLock { state in
                try Self.flush(&state)
                try state.file.close()
            }
            try AtomicReplacement.publish(partial, as: path)
        }
    }

    /// Closes a file that is not complete. It stays if another process may go on with it.
    func close() {
        state.withLock { state in try? state.file.close() }
        if isKept { return }
        try? FileManager.default.removeItem(atPath: partial.string)
    }

    private static func flush(_ state: inout State) throws {
        try state.file.writeAll(state.waiting)
        state.waiting = []
    }

    private static func writing<Value>(_ path: String, _ body: () throws -> Value) throws(StepFailure) -> Value {
        do {
            return try body()
        } catch let failure as StepFailure {
            throw failure
        } catch {
            throw .fileNotWritten(path, error, option: "--differences")
        }
    }

    private static func lacking(_ partial: String) -> StepFailure {
        StepFailure(
            code: .verb(.comparisonNotResumable),
            what: "the differences that were found before the interruption are not in '\(partial)'",
            world: ["nothing was compared"],
            help: [ComparisonCheckpointFile.anew + ", or name the file of differences that the first command named"])
    }
}

extension StepFailure {
    static func fileNotWritten(_ path: String, _ error: any Error, option: String) -> StepFailure {
        StepFailure(
            code: .verb(.fileNotWritten), what: "'\(path)' could not be written: \(error)",
            world: ["nothing was changed on the servers"],
            help: ["name another file with '\(option)', or make room for this one"])
    }
}

extension CommandContext {
    /// - Parameter length: the bytes of the file that an earlier process wrote; `nil` if nobody can go on with this
    ///   comparison.
    /// - Throws: `ExitStatus.invalid` after printing why there can be no such file.
    func openDifferences(_ path: String, goingOnAt length: Int64?) throws(ExitStatus) -> DifferencesFile {
        do throws(StepFailure) {
            guard let length else { return try DifferencesFile(path) }
            return try DifferencesFile(path, goingOnAt: length)
        } catch {
            tell(Notice(code: error.code, what: error.what, help: error.help))
            throw .invalid
        }
    }
}
