import Glibc
import Rehearsal
import SystemPackage

/// A file that a server cannot write: a folder stands in its place, which stops root, too.
struct BlockedFile: Sendable {
    private let path: String
    private var kept: String { path + ".kept" }

    init(_ path: String) throws(Errno) {
        self.path = path
        guard rename(path, path + ".kept") == 0, mkdir(path, 0o700) == 0 else { throw Errno(rawValue: errno) }
    }

    func putBack() {
        rmdir(path)
        rename(kept, path)
    }
}

extension ServerProcess {
    /// Puts a folder in the place of this server's configuration file.
    nonisolated func withFolderForFile() throws -> BlockedFile {
        try BlockedFile(folder.path.appending("server.conf").string)
    }
}
