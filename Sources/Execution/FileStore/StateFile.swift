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
            return try file.replace(with: encoded)
        } catch {
            throw .cannotWrite(path, error)
        }
    }

    /// Removes the temporary files of processes that died in the middle of a write.
    func removeLeftovers() { file.removeLeftovers() }

    private var file: WholeFile { WholeFile(path: path) }

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
}
