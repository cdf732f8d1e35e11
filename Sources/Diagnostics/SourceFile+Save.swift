#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#else
internal import Darwin
#endif

extension SourceFile {
    /// Writes another text into the file. After a crash either the old or the new text is there, complete. The file
    /// keeps its permissions, and a link goes on leading to it.
    package func replace(with text: String) throws(SourceFileError) {
        guard let resolved = realpath(path, nil) else { throw failure(errno) }
        let place = String(cString: resolved)
        free(resolved)
        var status = stat()
        guard stat(place, &status) == 0 else { throw failure(errno) }
        let temporary = "\(place).\(getpid()).new"
        let descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, status.st_mode & 0o777)
        guard descriptor >= 0 else { throw failure(errno) }
        let isWritten =
            Self.write(Array(text.utf8), to: descriptor) && fchmod(descriptor, status.st_mode & 0o777) == 0
            && fsync(descriptor) == 0
        let problem = errno
        close(descriptor)
        guard isWritten, rename(temporary, place) == 0 else {
            let problem = isWritten ? errno : problem
            unlink(temporary)
            throw failure(problem)
        }
    }

    private static func write(_ bytes: [UInt8], to descriptor: Int32) -> Bool {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { writeBytes(descriptor, $0) }
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else { return false }
            rest = rest.dropFirst(count)
        }
        return true
    }

    private func failure(_ code: Int32) -> SourceFileError {
        SourceFileError(
            code: .fileUnwritable, path: path,
            message: "this file cannot be written: \(String(cString: strerror(code)).lowercased())",
            help: ["the file is as it was; check who owns it and its folder: ls -l \(path)"])
    }
}

/// `write(2)` under a name that the methods of `SourceFile` do not have.
private func writeBytes(_ descriptor: Int32, _ bytes: UnsafeRawBufferPointer) -> Int {
    write(descriptor, bytes.baseAddress, bytes.count)
}
