import Glibc
import SystemPackage

/// What the file system says about a file.
struct FileStatus {
    private let status: stat

    /// The status of the file at the path; `nil` if there is none. A symbolic link is not followed.
    init?(ofLink path: String) {
        var status = stat()
        guard lstat(path, &status) == 0 else { return nil }
        self.status = status
    }

    init?(of file: FileDescriptor) {
        var status = stat()
        guard fstat(file.rawValue, &status) == 0 else { return nil }
        self.status = status
    }

    var isRegular: Bool { status.st_mode & S_IFMT == S_IFREG }
    var isLink: Bool { status.st_mode & S_IFMT == S_IFLNK }
    var isFolder: Bool { status.st_mode & S_IFMT == S_IFDIR }
    var permissions: UInt32 { status.st_mode & 0o777 }
    var isWorldWritable: Bool { permissions & 0o002 != 0 }
    var size: Int { Int(status.st_size) }
    /// Tells two files apart, whatever they are called.
    var identity: [UInt] { [UInt(status.st_dev), UInt(status.st_ino)] }

    /// A value that no other file has, and that changes whenever the file is written to.
    struct Mark: Equatable, Sendable {
        let identity: [UInt]
        let size: Int
        let changed: [Int]
    }

    /// The time is that of the last change to the contents (mtime). The inode's own time (ctime) would not do: it also
    /// changes with the rename that puts the file in its place.
    var mark: Mark { Mark(identity: identity, size: size, changed: [status.st_mtim.tv_sec, status.st_mtim.tv_nsec]) }
}
