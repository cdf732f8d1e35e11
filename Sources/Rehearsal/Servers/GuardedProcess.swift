import Glibc
import Subprocess
import SystemPackage

/// A child process that cannot outlive this process, not even if this process is killed with SIGKILL.
///
/// A shell stands between this process and the program. It starts the program and then waits for the end of the program
/// and for the end of a pipe whose only write end is in this process. However this process ends, the kernel closes that
/// pipe. The shell then kills the program and removes the folder it was told to. The shell has not yet waited for the
/// program, so no other process can have been given its process id. `PR_SET_PDEATHSIG` would kill the program too
/// early, as soon as the *thread* that forked ends.
///
/// The shell leads a process group of its own, so that Ctrl-C at the terminal does not reach it, and so that children
/// of the program end with it. It ignores SIGHUP: the death of this process orphans the group, and the kernel sends
/// SIGHUP to an orphaned group in which a process is stopped, as a frozen server is.
struct GuardedProcess: Sendable {
    let pid: pid_t
    /// Ends when the program and its shell are gone.
    private let life: Task<Void, any Error>

    /// - Parameters:
    ///   - log: the file to which standard output and standard error of the program are appended.
    ///   - doomedFolder: the folder that is removed if this process dies; `nil` leaves everything.
    static func start(
        _ command: [String], log: FilePath, doomedFolder: FilePath?
    ) async throws(RehearsalError) -> GuardedProcess {
        var options = PlatformOptions()
        options.processGroupID = 0
        let configuration = Configuration(
            executable: .path("/bin/sh"),
            arguments: Arguments(["-c", script, "sh", log.string, doomedFolder?.string ?? ""] + command),
            // The program gets none of this process's environment, which may hold the secrets of a plan.
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
