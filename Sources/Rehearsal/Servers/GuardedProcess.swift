import Glibc
import Subprocess
import SystemPackage

/// A child process that cannot outlive us, not even if we are killed with SIGKILL.
///
/// A shell stands between: it starts the program, then waits for it and for the end of a pipe whose only write end is
/// ours. If we go, however we go, the kernel closes that pipe; the shell kills the program, which it has not yet waited
/// for, so that the process id is still the program's own, and removes the folder it was told to. `PR_SET_PDEATHSIG`
/// would do the same only for as long as the *thread* that forked lives.
///
/// The shell leads a process group of its own: Ctrl-C at the terminal does not reach it, and children of the program
/// end with it. It ignores SIGHUP: our death orphans that group, and the kernel sends SIGHUP to all of an orphaned group
/// in which one process is stopped, as a frozen server is.
struct GuardedProcess: Sendable {
    let pid: pid_t
    /// Ends when the program and its shell are gone.
    private let life: Task<Void, any Error>

    /// - Parameters:
    ///   - log: where standard output and standard error of the program are appended.
    ///   - doomedFolder: removed if we die; `nil` leaves everything.
    static func start(
        _ command: [String], log: FilePath, doomedFolder: FilePath?
    ) async throws(RehearsalError) -> GuardedProcess {
        var options = PlatformOptions()
        options.processGroupID = 0
        let configuration = Configuration(
            executable: .path("/bin/sh"),
            arguments: Arguments(["-c", script, "sh", log.string, doomedFolder?.string ?? ""] + command),
            // Nothing of our environment, which may hold the secrets of a plan.
            environment: .custom(["PATH": "/usr/local/bin:/usr/bin:/bin", "LC_ALL": "C"]), platformOptions: options)
        let (pids, found) = AsyncStream.makeStream(of: pid_t.self)
        let life = Task {
            defer { found.finish() }
            _ = try await run(configuration, input: .inputWriter, output: .sequence, error: .discarded) { shell in
                for try await line in shell.standardOutput.strings() {
                    if let pid = pid_t(line.filter(\.isNumber)) { found.yield(pid) }
                }
            }
        }
        for await pid in pids { return GuardedProcess(pid: pid, life: life) }
        throw RehearsalError(
            code: .serverDidNotStart, sentence: "cannot start \(command.first ?? "a program") through /bin/sh")
    }

    func send(_ signal: Int32) { kill(pid, signal) }

    func waitUntilGone() async { _ = await life.result }

    private static let script = """
        umask 077
        log=$1 doomed=$2
        shift 2
        trap '' HUP PIPE
        exec 3<&0
        "$@" </dev/null 3<&- >>"$log" 2>&1 &
        server=$!
        trap 'kill -KILL $server; wait $server; [ -z "$doomed" ] || rm -rf "$doomed"; kill -KILL -$$' USR1
        (read -r _; kill -USR1 $$) <&3 &
        echo $server
        wait $server
        kill -KILL -$$
        """
}
