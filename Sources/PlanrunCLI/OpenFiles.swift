import FoundationEssentials
import Glibc

/// How many files and connections this process may have open.
enum OpenFiles {
    /// Each thread that serves connections opens three files of its own, and there is one for each processor. The rest is
    /// for the terminal, the plan, its state and a handful of servers.
    static let needed = 3 * ProcessInfo.processInfo.activeProcessorCount + 40
    /// What a plan with many Sentinels, or a rehearsal, comfortably has.
    private static let wanted = 1_024

    /// Raises the limit as far as it may be raised. What to say where even that is too little: SwiftNIO would end the
    /// process with a crash.
    static func makeRoom() -> Notice? {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return nil }
        if limit.rlim_cur < rlim_t(wanted), limit.rlim_cur < limit.rlim_max {
            limit.rlim_cur = min(limit.rlim_max, rlim_t(wanted))
            _ = setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
            _ = getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
        }
        return refusal(limit: UInt64(limit.rlim_cur))
    }

    /// - Parameter limit: files that may be open at the same time.
    static func refusal(limit: UInt64) -> Notice? {
        guard limit < UInt64(needed) else { return nil }
        return Notice(
            code: "too-few-files",
            what: "this process may have \(limit) files and connections open at a time, and planrun needs \(needed)",
            help: ["raise the limit and run it again: ulimit -n \(wanted)"])
    }
}
