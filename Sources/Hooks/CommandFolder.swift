import FoundationEssentials
import Operations
import SystemPackage

/// A folder for one command that only its owner can enter, with one file for the command to read.
struct CommandFolder: Sendable {
    let path: FilePath
    let file: FilePath

    /// - Parameter content: what the file with this name holds.
    /// - Throws: `HookRefusal` if it cannot be written.
    init(_ content: String, as name: String) throws(HookRefusal) {
        let parent = FilePath(FileManager.default.temporaryDirectory.path)
        path = parent.appending("planrun-hook-\(String(UInt64.random(in: 0...UInt64.max), radix: 36))")
        file = path.appending(name)
        do {
            try FileManager.default.createDirectory(
                atPath: path.string, withIntermediateDirectories: false, attributes: [.posixPermissions: 0o700])
            let descriptor = try FileDescriptor.open(
                file, .writeOnly, options: [.create, .exclusiveCreate, .closeOnExec], permissions: [.ownerReadWrite])
            try descriptor.closeAfter { _ = try descriptor.writeAll(content.utf8) }
        } catch {
            throw HookRefusal(
                "what a command has to read cannot be written to '\(path)': \(error)",
                help: "make room, or name another folder for temporary files in TMPDIR")
        }
    }

    func remove() {
        // An error is ignored: nothing depends on the folder being gone, and it lies among the temporary files.
        try? FileManager.default.removeItem(atPath: path.string)
    }
}
