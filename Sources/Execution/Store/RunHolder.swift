import Glibc

/// The process that carries a run out.
package struct RunHolder: Sendable, Equatable, Codable {
    package let pid: Int32
    package let host: String
    package let since: Timestamp

    package init(pid: Int32, host: String, since: Timestamp) {
        self.pid = pid
        self.host = host
        self.since = since
    }

    package static func thisProcess(since: Timestamp) -> RunHolder {
        RunHolder(pid: getpid(), host: hostName(), since: since)
    }
}

extension RunHolder: CustomStringConvertible {
    package var description: String { "process \(pid) on '\(host)'" }
}

/// Whether somebody carries a run out at this moment.
package enum RunHolding: Sendable, Equatable {
    /// `nil` where it cannot be told who.
    case held(RunHolder?)
    /// Nobody does. With the one who died while it held the run, if it left word.
    case free(last: RunHolder?)
    /// It cannot be told: the place does not let itself be looked at.
    case untold

    /// Whether nobody else can go on with the run.
    package var isHeld: Bool { if case .held = self { true } else { false } }
}

private func hostName() -> String {
    var buffer = [CChar](repeating: 0, count: 256)
    guard gethostname(&buffer, buffer.count - 1) == 0 else { return "this machine" }
    return String(decoding: buffer.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
}
