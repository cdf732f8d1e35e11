import FoundationEssentials
import Glibc
import Rehearsal

/// The version of the `valkey-server` in `PATH`.
enum ValkeyVersion {
    /// The major version; `nil` where no Valkey is installed.
    static let installed: Int? = {
        guard let path = ServerProgram.valkey.path, let output = popen("'\(path)' --version", "r") else { return nil }
        defer { pclose(output) }
        var line = [CChar](repeating: 0, count: 512)
        guard fgets(&line, Int32(line.count), output) != nil else { return nil }
        // The line is like `Valkey server v=9.1.2 sha=…`.
        let text = String(decoding: line.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        return text.split(separator: " ").first { $0.hasPrefix("v=") }
            .flatMap { Int($0.dropFirst(2).prefix { $0.isNumber }) }
    }()
}
