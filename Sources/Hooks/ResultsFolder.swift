import FoundationEssentials
import Operations
import SystemPackage

/// A folder for one command that only its owner can enter, with the results of earlier steps in a file.
struct ResultsFolder: Sendable {
    let path: FilePath

    var file: FilePath { path.appending("results.json") }

    /// - Throws: `HookRefusal` if it cannot be written.
    init(_ results: String) throws(HookRefusal) {
        let parent = FilePath(FileManager.default.temporaryDirectory.path)
        path = parent.appending("planrun-hook-\(String(UInt64.random(in: 0...UInt64.max), radix: 36))")
        do {
            try FileManager.default.createDirectory(
                atPath: path.string, withIntermediateDirectories: false, attributes: [.posixPermissions: 0o700])
            let descriptor = try FileDescriptor.open(
                file, .writeOnly, options: [.create, .exclusiveCreate, .closeOnExec], permissions: [.ownerReadWrite])
            try descriptor.closeAfter { _ = try descriptor.writeAll(results.utf8) }
        } catch {
            throw HookRefusal(
                "the results of earlier steps cannot be written to '\(path)': \(error)",
                help: "make room, or name another folder for temporary files in TMPDIR")
        }
    }

    func remove() {
        // An error is ignored: nothing depends on the folder being gone, and it lies among the temporary files.
        try? FileManager.default.removeItem(atPath: path.string)
    }
}
