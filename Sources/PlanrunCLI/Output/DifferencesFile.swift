import Comparison
import Execution
import FoundationEssentials
import Synchronization
import SystemPackage

/// A file with one JSON object a line for each difference. Until it is complete it has another name, so that nobody
/// takes a part for the whole; an earlier file stays until then.
final class DifferencesFile: Sendable {
    private struct State {
        let file: FileDescriptor
        var waiting: [UInt8] = []
    }

    /// Bytes that are kept before they are written.
    private static let buffer = 64 << 10

    private let path: FilePath
    private let partial: FilePath
    private let state: Mutex<State>

    /// Opens a new file beside the path.
    /// - Throws: `StepFailure` with the code `file-not-written`.
    init(_ path: String) throws(StepFailure) {
        self.path = FilePath(path)
        partial = FilePath("\(path).\(ProcessInfo.processInfo.processIdentifier).partial")
        state = Mutex(
            State(
                file: try Self.writing(path) { [partial] in
                    try FileDescriptor.open(
                        partial, .writeOnly, options: [.create, .truncate, .noFollow, .closeOnExec],
                        permissions: .ownerReadWrite)
                }))
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

    func discard() {
        state.withLock { state in try? state.file.close() }
        try? FileManager.default.removeItem(atPath: partial.string)
    }

    private static func flush(_ state: inout State) throws {
        try state.file.writeAll(state.waiting)
        state.waiting = []
    }

    private static func writing<Value>(_ path: String, _ body: () throws -> Value) throws(StepFailure) -> Value {
        do {
            return try body()
        } catch {
            throw StepFailure(
                code: .verb(.fileNotWritten), what: "'\(path)' could not be written: \(error)",
                world: ["nothing was changed on the servers"],
                help: ["name another file with '--differences', or make room for this one"])
        }
    }
}

extension CommandContext {
    /// - Throws: `ExitStatus.invalid` after printing why there can be no such file.
    func openDifferences(_ path: String) throws(ExitStatus) -> DifferencesFile {
        do throws(StepFailure) {
            return try DifferencesFile(path)
        } catch {
            tell(Notice(code: error.code, what: error.what, help: error.help))
            throw .invalid
        }
    }
}
