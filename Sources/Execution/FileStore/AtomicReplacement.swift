import Glibc
package import SystemPackage

/// The system calls that replace one file by another. After a loss of power, either the old or the new file is there,
/// complete.
package enum AtomicReplacement {
    /// Writes a new file, and returns once its bytes are on disk.
    /// - Returns: a mark that no other file has. It stays the same when the file is renamed.
    static func write(
        _ bytes: [UInt8], to path: FilePath, permissions: FilePermissions = .ownerReadWrite
    ) throws(Errno) -> FileStatus.Mark {
        try Errno.catching {
            let file = try FileDescriptor.open(
                path, .writeOnly, options: [.create, .exclusiveCreate, .noFollow, .closeOnExec],
                permissions: permissions)
            let mark: FileStatus.Mark
            do {
                try file.writeAll(bytes)
                try Errno.check(fsync(file.rawValue))
                guard let status = FileStatus(of: file) else { throw Errno(rawValue: errno) }
                mark = status.mark
            } catch {
                try? file.close()
                throw error
            }
            try file.close()
            return mark
        }
    }

    /// Gives a file that is written completely its name.
    /// - Throws: `Errno`; the file still has its old name then.
    package static func publish(_ file: FilePath, as path: FilePath) throws(Errno) {
        try Errno.catching {
            let descriptor = try FileDescriptor.open(file, .readOnly, options: [.closeOnExec])
            defer { try? descriptor.close() }
            try Errno.check(fsync(descriptor.rawValue))
        }
        try rename(file, to: path)
    }

    /// Renames a file, and returns once the folder is on disk. Without syncing the folder the new name may be lost
    /// although the bytes are on disk.
    static func rename(_ old: FilePath, to new: FilePath) throws(Errno) {
        try Errno.check(Glibc.rename(old.string, new.string))
        try syncFolder(of: new)
    }

    /// Gives a file a second name, and returns once the folder is on disk.
    /// - Throws: `Errno.fileExists` if something has that name; unlike `rename`, this replaces nothing.
    static func add(_ file: FilePath, as path: FilePath) throws(Errno) {
        try Errno.check(Glibc.link(file.string, path.string))
        try syncFolder(of: path)
    }

    private static func syncFolder(of file: FilePath) throws(Errno) {
        let folder = file.removingLastComponent()
        try Errno.catching {
            let descriptor = try FileDescriptor.open(
                folder.isEmpty ? "." : folder, .readOnly, options: [.directory, .closeOnExec])
            defer { try? descriptor.close() }
            try Errno.check(fsync(descriptor.rawValue))
        }
    }
}

func removeFile(_ path: FilePath) { _ = unlink(path.string) }

extension FileDescriptor {
    func readToEnd(expecting size: Int) throws -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(size)
        var buffer = [UInt8](repeating: 0, count: 64 * 1024)
        while true {
            let count = try buffer.withUnsafeMutableBytes { try read(into: $0) }
            guard count > 0 else { return bytes }
            bytes += buffer[..<count]
        }
    }
}

extension Errno {
    static func check(_ result: CInt) throws(Errno) {
        guard result == 0 else { throw Errno(rawValue: errno) }
    }

    /// swift-system throws `Errno` and nothing else, but does not say so in its types.
    static func catching<Value>(_ body: () throws -> Value) throws(Errno) -> Value {
        do { return try body() } catch { throw error as? Errno ?? .ioError }
    }
}
