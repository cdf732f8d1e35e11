import FoundationEssentials
import SystemPackage

/// The state file of one plan: JSON, written whole or not at all, readable by its owner only.
///
/// A write goes to a temporary file in the same folder, to the disk, and then takes the place of the old one, so that
/// at every moment there is one complete state. What cannot be understood is refused and left as it is.
package struct StateFile: StateStore {
    package let path: String

    package init(path: String) { self.path = path }

    /// `plans/prod.state.json` for `plans/prod.yaml`.
    package static func path(forPlan plan: String) -> String {
        let ending = [".yaml", ".yml"].first { plan.hasSuffix($0) && !plan.hasSuffix("/" + $0) }
        return plan.dropLast(ending?.count ?? 0) + ".state.json"
    }

    /// Whether there is anything at the path, readable or not.
    package var exists: Bool { FileStatus(ofLink: path) != nil }

    /// - Throws: `StateFileError`; the file is never changed.
    package func read() throws(StateFileError) -> RunState {
        try StateDocument(path: path, bytes: try bytes()).state()
    }

    package func write(_ state: RunState) throws(StateFileError) {
        try checkPlace()
        let encoded = StateDocument.encode(state)
        do {
            try replace(with: encoded)
        } catch {
            throw .cannotWrite(path, error)
        }
    }

    private func bytes() throws(StateFileError) -> [UInt8] {
        do {
            let file = try FileDescriptor.open(
                FilePath(path), .readOnly, options: [.noFollow, .nonBlocking, .closeOnExec])
            defer { try? file.close() }
            guard let status = FileStatus(of: file), status.isRegular else {
                throw StateFileError.notAFile(path)
            }
            guard !status.isWorldWritable else { throw StateFileError.worldWritable(path) }
            return try file.readToEnd(expecting: status.size)
        } catch let error as StateFileError {
            throw error
        } catch let error as Errno {
            throw .cannotRead(path, error)
        } catch {
            throw .cannotRead(path, .ioError)
        }
    }

    /// A link would be replaced by the rename, and its target silently go stale.
    private func checkPlace() throws(StateFileError) {
        guard let status = FileStatus(ofLink: path) else { return }
        guard status.isRegular else { throw .notAFile(path) }
    }

    private func replace(with bytes: [UInt8]) throws(Errno) {
        let target = FilePath(path)
        let temporary = target.removingLastComponent().appending(".\(target.lastComponent?.string ?? "state").tmp")
        // What a crash left behind. The run's lock says that nobody else is writing.
        removeFile(temporary)
        do {
            try AtomicReplacement.write(bytes, to: temporary)
            try AtomicReplacement.rename(temporary, to: target)
        } catch {
            removeFile(temporary)
            throw error
        }
    }
}
