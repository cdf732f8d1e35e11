import Escaping
import FoundationEssentials
package import SystemPackage

/// A folder that only its owner can enter, and that can be removed with all that is in it.
package struct PrivateFolder: Sendable, Hashable {
    package let path: FilePath

    /// Makes a new folder of mode 0700 in the folder for temporary files.
    package static func temporary() throws(RehearsalError) -> PrivateFolder {
        let parent = FilePath(FileManager.default.temporaryDirectory.path)
        let name = "planrun-rehearsal-\(String(UInt64.random(in: 0...UInt64.max), radix: 36))"
        return try PrivateFolder(creating: parent.appending(name))
    }

    package func subfolder(_ name: String) throws(RehearsalError) -> PrivateFolder {
        try PrivateFolder(creating: path.appending(name))
    }

    private init(creating path: FilePath) throws(RehearsalError) {
        self.path = path
        do {
            try FileManager.default.createDirectory(
                atPath: path.string, withIntermediateDirectories: false, attributes: [.posixPermissions: 0o700])
        } catch {
            throw .folderFailed(path, error)
        }
    }

    /// Writes a file of mode 0600 and returns its absolute path.
    @discardableResult
    package func write(_ text: String, to name: String) throws(RehearsalError) -> FilePath {
        let file = path.appending(name)
        do {
            let descriptor = try FileDescriptor.open(
                file, .writeOnly, options: [.create, .truncate, .closeOnExec], permissions: [.ownerReadWrite])
            try descriptor.closeAfter { _ = try descriptor.writeAll(text.utf8) }
        } catch {
            throw .folderFailed(file, error)
        }
        return file
    }

    /// The last lines of a text file, escaped; empty if there is no such file.
    package func lastLines(of name: String, count: Int = 12) -> [String] {
        guard let data = FileManager.default.contents(atPath: path.appending(name).string) else { return [] }
        let lines = String(decoding: data, as: UTF8.self).split(separator: "\n")
        return lines.suffix(count).map { VisibleText.escape(String($0)) }
    }

    package func remove() {
        // An error is ignored: nothing depends on the folder being gone, and it lies among the temporary files.
        try? FileManager.default.removeItem(atPath: path.string)
    }
}
