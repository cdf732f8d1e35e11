import FoundationEssentials
import Glibc
import SystemPackage

/// The state file of one plan: JSON, written whole or not at all, readable by its owner only.
///
/// A write makes a temporary file in the same folder, waits until it is on disk, and renames it over the old file. So
/// at every moment there is one complete state. A file that cannot be understood is refused and left as it is.
package struct StateFile: Sendable {
    package let path: String

    package init(path: String) { self.path = path }

    /// The path of a plan's state file: `plans/prod.state.json` for `plans/prod.yaml`.
    package static func path(forPlan plan: String) -> String {
        let ending = [".yaml", ".yml"].first { plan.hasSuffix($0) && !plan.hasSuffix("/" + $0) }
        return plan.dropLast(ending?.count ?? 0) + ".state.json"
    }

    /// - Throws: `StoreFailure`; the file is never changed.
    package func read() throws(StoreFailure) -> RunState { try readMarked().state }

    /// Returns once the state would survive a loss of power.
    package func write(_ state: RunState) throws(StoreFailure) { _ = try writeMarked(state) }

    /// The state, and the mark of the file that holds it. A file that replaces this one has another mark.
    func readMarked() throws(StoreFailure) -> (state: RunState, mark: FileStatus.Mark) {
        let (bytes, mark) = try bytes()
        return (try StateDocument(path: path, bytes: bytes).state(), mark)
    }

    func writeMarked(_ state: RunState) throws(StoreFailure) -> FileStatus.Mark {
        try checkPlace()
        let encoded = StateDocument.encode(state)
        do {
            return try replace(with: encoded)
        } catch {
            throw .cannotWrite(path, error)
        }
    }

    /// Removes the temporary files of processes that died in the middle of a write.
    func removeLeftovers() {
        let folder = target.removingLastComponent()
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.isEmpty ? "." : folder.string)) ?? []
        for name in names where name.hasPrefix(".") && name.hasSuffix(temporaryEnding) {
            // A temporary file is named after the process that writes it: `.4711.prod.state.json.tmp`. The file of a
            // living process stays, because that process may be about to rename it.
            let writer = pid_t(name.dropFirst().dropLast(temporaryEnding.count))
            if let writer, writer > 0, writer == getpid() || kill(writer, 0) != 0 && errno == ESRCH {
                removeFile(folder.appending(name))
            }
        }
    }

    private var target: FilePath { FilePath(path) }

    private var temporaryEnding: String { ".\(target.lastComponent?.string ?? "state").tmp" }

    /// The name contains the process id: if two processes write at once, neither renames the half-written file of the
    /// other.
    private var temporary: FilePath {
        target.removingLastComponent().appending(".\(getpid())\(temporaryEnding)")
    }

    private func bytes() throws(StoreFailure) -> ([UInt8], FileStatus.Mark) {
        do {
            let file = try FileDescriptor.open(
                FilePath(path), .readOnly, options: [.noFollow, .nonBlocking, .closeOnExec])
            defer { try? file.close() }
            guard let status = FileStatus(of: file), status.isRegular else {
                throw StoreFailure.notAFile(path)
            }
            guard !status.isWorldWritable else { throw StoreFailure.worldWritable(path) }
            return (try file.readToEnd(expecting: status.size), status.mark)
        } catch let error as StoreFailure {
            throw error
        } catch let error as Errno {
            throw .cannotRead(path, error)
        } catch {
            throw .cannotRead(path, .ioError)
        }
    }

    /// Refuses a symbolic link: the rename would replace the link, and the file that it points to would silently go
    /// stale.
    private func checkPlace() throws(StoreFailure) {
        guard let status = FileStatus(ofLink: path) else { return }
        guard status.isRegular else { throw .notAFile(path) }
    }

    private func replace(with bytes: [UInt8]) throws(Errno) -> FileStatus.Mark {
        removeFile(temporary)
        do {
            let mark = try AtomicReplacement.write(bytes, to: temporary)
            try AtomicReplacement.rename(temporary, to: target)
            return mark
        } catch {
            removeFile(temporary)
            throw error
        }
    }
}
