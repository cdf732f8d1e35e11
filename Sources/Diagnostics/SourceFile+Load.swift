#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#else
internal import Darwin
#endif

/// Why a file could not be loaded.
package struct SourceFileError: Error, Sendable, Equatable {
    package let code: DiagnosticCode
    package let path: String
    /// Lower case, no full stop.
    package let message: String
    package let help: [String]

    package init(code: DiagnosticCode, path: String, message: String, help: [String]) {
        self.code = code
        self.path = path
        self.message = message
        self.help = help
    }

    package var diagnostic: Diagnostic {
        Diagnostic(.error, code, message, file: SourceFile(path: path, text: ""), help: help)
    }
}

extension SourceFile {
    /// In bytes. A plan of 10,000 steps has about 1 MiB.
    package static let largestSize = 4 << 20

    /// Reads a file of at most `limit` bytes. Reading stops one byte later, so that a pipe or a device that never ends
    /// is refused instead of filling the memory.
    package static func load(path: String, limit: Int = largestSize) throws(SourceFileError) -> SourceFile {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw failure(path, errno) }
        defer { close(descriptor) }
        return try read(descriptor, path: path, limit: limit)
    }

    /// Reads standard input to its end, or to `limit`.
    package static func standardInput(limit: Int = largestSize) throws(SourceFileError) -> SourceFile {
        try read(STDIN_FILENO, path: nameOfStandardInput, limit: limit)
    }

    /// How messages call what was read from standard input.
    package static let nameOfStandardInput = "<stdin>"

    private static func read(_ descriptor: Int32, path: String, limit: Int) throws(SourceFileError) -> SourceFile {
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while bytes.count <= limit {
            let count = readBytes(descriptor, &buffer, min(buffer.count, limit + 1 - bytes.count))
            if count < 0 && errno == EINTR { continue }
            guard count >= 0 else { throw failure(path, errno) }
            guard count > 0 else { return SourceFile(path: path, bytes: bytes) }
            bytes += buffer.prefix(count)
        }
        throw SourceFileError(
            code: .fileTooLarge, path: path, message: "this file is larger than \(limit) bytes, the most that is read",
            help: ["check that this is the file you meant"])
    }

    private static func failure(_ path: String, _ code: Int32) -> SourceFileError {
        switch code {
        case ENOENT, ENOTDIR:
            SourceFileError(
                code: .fileNotFound, path: path, message: "there is no such file",
                help: ["check the path; it is relative to the folder you are in"])
        case EISDIR:
            SourceFileError(
                code: .fileUnreadable, path: path, message: "this is a folder, not a file",
                help: ["name the file in it"])
        default:
            SourceFileError(
                code: .fileUnreadable, path: path,
                message: "this file cannot be read: \(String(cString: strerror(code)).lowercased())",
                help: code == EACCES ? ["check who owns it: ls -l \(path)"] : [])
        }
    }
}

/// `read(2)` under a name that the methods of `SourceFile` do not have.
private func readBytes(_ descriptor: Int32, _ buffer: inout [UInt8], _ count: Int) -> Int {
    read(descriptor, &buffer, count)
}
