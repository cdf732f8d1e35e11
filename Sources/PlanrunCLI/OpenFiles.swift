import FoundationEssentials
import Glibc

/// The number of files and connections that this process may have open.
enum OpenFiles {
    /// Each thread that serves connections opens three files of its own, and there is one such thread for each
    /// processor. The 40 others are for the terminal, the plan, its state and a handful of servers.
    static let needed = 3 * ProcessInfo.processInfo.activeProcessorCount + 40
    /// Enough for a plan with many Sentinels, and for a rehearsal.
    private static let wanted = 1_024

    /// Raises the limit as far as the system allows. If that is not enough, returns an error to print, because SwiftNIO
    /// would crash the process when it cannot open a file.
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

    /// - Parameter limit: the number of files that may be open at the same time.
    static func refusal(limit: UInt64) -> Notice? {
        guard limit < UInt64(needed) else { return nil }
        return Notice(
            code: .verb(.tooFewFiles),
            what: "this process may have \(limit) files and connections open at a time, and planrun needs \(needed)",
            help: ["raise the limit and run it again: ulimit -n \(wanted)"])
    }
}
