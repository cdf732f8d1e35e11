import FoundationEssentials
import Glibc
package import SystemPackage

/// A file that is written whole or not at all.
///
/// A write makes a temporary file in the same folder, waits until it is on disk, and renames it over the old file.
package struct WholeFile: Sendable {
    package let path: String
    private let permissions: FilePermissions

    /// - Parameter permissions: who may read it; else its owner only.
    package init(path: String, permissions: FilePermissions = .ownerReadWrite) {
        self.path = path
        self.permissions = permissions
    }

    /// Returns once the bytes would survive a loss of power.
    package func write(_ bytes: [UInt8]) throws(Errno) { _ = try replace(with: bytes) }

    /// Does the same for a file that must not exist yet and that everybody may read.
    /// - Throws: `Errno.fileExists` if it does.
    package func create(_ bytes: [UInt8]) throws(Errno) {
        removeFile(temporary)
        defer { removeFile(temporary) }
        _ = try AtomicReplacement.write(
            bytes, to: temporary, permissions: [.ownerReadWrite, .groupRead, .otherRead])
        try AtomicReplacement.add(temporary, as: target)
    }

    func replace(with bytes: [UInt8]) throws(Errno) -> FileStatus.Mark {
        removeFile(temporary)
        do {
            let mark = try AtomicReplacement.write(bytes, to: temporary, permissions: permissions)
            try AtomicReplacement.rename(temporary, to: target)
            return mark
        } catch {
            removeFile(temporary)
            throw error
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
}
