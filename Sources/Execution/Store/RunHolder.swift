import Glibc

/// The process that carries a run out.
package struct RunHolder: Sendable, Equatable, Codable {
    package let pid: Int32
    package let host: String
    package let since: Timestamp
    /// The user of the machine as whom it runs; `nil` if the planrun that recorded it did not tell.
    package let user: String?
    /// The version of planrun; `nil` likewise.
    package let planrun: String?

    package init(pid: Int32, host: String, since: Timestamp, user: String? = nil, planrun: String? = nil) {
        self.pid = pid
        self.host = host
        self.since = since
        self.user = user
        self.planrun = planrun
    }

    /// - Parameter planrun: the version.
    package static func thisProcess(since: Timestamp, planrun: String? = nil) -> RunHolder {
        RunHolder(pid: getpid(), host: hostName(), since: since, user: userName(), planrun: planrun)
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

/// The name of the user as whom this process runs, or the number of one without a name.
private func userName() -> String {
    let user = geteuid()
    var entry = passwd()
    var found: UnsafeMutablePointer<passwd>?
    var buffer = [CChar](repeating: 0, count: 4096)
    guard getpwuid_r(user, &entry, &buffer, buffer.count, &found) == 0, let name = found?.pointee.pw_name else {
        return "\(user)"
    }
    return String(cString: name)
}
