import Glibc
import Subprocess
import SystemPackage

/// A command that runs in a session of its own, and that does not outlive this process, not even if this process is
/// killed with SIGKILL.
///
/// A shell stands between this process and the command. It only starts the command, with the words as they are, and
/// waits: for the end of the command, and for the end of a pipe whose only write end is in this process. However this
/// process ends, the kernel closes that pipe. Then the shell ends the command and everything that it has started: with
/// SIGTERM, and five seconds later with SIGKILL. `PR_SET_PDEATHSIG` would end the command too early, as soon as the
/// *thread* that forked ends, and it would end nothing that the command has started.
///
/// The session has no terminal, so Ctrl-C does not reach the command, and it cannot ask for a password. What the command
/// leaves running in the background is ended with it.
struct GuardedCommand: Sendable {
    /// The program with its path, and its arguments.
    let words: [String]
    /// All variables that the command gets.
    let environment: [String: String]
    let directory: FilePath
    /// The file that is its standard input.
    let input: FilePath
    /// A folder that is removed when the command has ended, whether or not this process still lives then.
    let doomedFolder: FilePath

    /// The time between SIGTERM and SIGKILL.
    static let grace = Duration.seconds(5)

    /// Runs the command to its end. If the task is cancelled, the command is ended.
    /// - Parameter receive: called with what the command prints to standard output and standard error, in order.
    /// - Returns: the exit code, 128 and the signal for a command that a signal ended; `nil` if nobody knows, because
    ///   the task was cancelled or the shell was killed.
    /// - Throws: if the shell cannot be started.
    func run(_ receive: @escaping @Sendable ([UInt8]) -> Void) async throws -> Int? {
        var options = PlatformOptions()
        options.createSession = true
        options.teardownSequence = [
            .send(signal: .terminate, toProcessGroup: true, allowedDurationToNextStep: Self.grace)
        ]
        var variables: [Environment.Key: String] = [:]
        for (name, value) in environment { variables[Environment.Key(stringLiteral: name)] = value }
        let configuration = Configuration(
            executable: .path("/bin/sh"),
            arguments: Arguments(["-c", Self.script, "sh", doomedFolder.string, input.string] + words),
            environment: .custom(variables), workingDirectory: directory, platformOptions: options)
        let result = try await Subprocess.run(
            configuration, input: .inputWriter, output: .sequence, error: .sequence
        ) { shell in
            let (output, report) = (shell.standardOutput, shell.standardError)
            // A task that is cancelled reads nothing more, and a command that is asked to end may have something to say.
            let reading = Task {
                async let exitCode = Self.number(report)
                for try await buffer in output { buffer.withUnsafeBytes { receive(Array($0)) } }
                return try await exitCode
            }
            return try await reading.value
        }
        return Task.isCancelled ? nil : result.closureResult
    }

    /// Reads the exit code, which the shell writes to its standard error. The command's standard error is its standard
    /// output.
    private static func number(_ lines: SubprocessOutputSequence) async throws -> Int? {
        var text: [UInt8] = []
        for try await buffer in lines { buffer.withUnsafeBytes { text += $0.prefix(16) } }
        return Int(String(decoding: text, as: UTF8.self).filter(\.isNumber))
    }

    /// The shell leads the group. It must outlive SIGTERM, in order to tell how the command ended; the command gets the
    /// signal's default back. `exec` starts a program even where the shell has a command of its own with that name. The
    /// shell's variables have names that no plan can give to a variable of the command.
    private static let script = """
        PLANRUN_GUARDED=$1 PLANRUN_INPUT=$2
        shift 2
        trap : TERM
        exec 3<&0 4>&2
        (exec "$@") <"$PLANRUN_INPUT" 2>&1 3<&- 4>&- &
        PLANRUN_COMMAND=$!
        (
            trap '' TERM
            read -r _
            kill -TERM -$$
            sleep 5
            rm -rf "$PLANRUN_GUARDED"
            kill -KILL -$$
        ) <&3 3<&- >/dev/null 2>&1 4>&- &
        exec 3<&- </dev/null
        while :; do
            wait $PLANRUN_COMMAND
            PLANRUN_STATUS=$?
            kill -0 $PLANRUN_COMMAND 2>/dev/null || break
        done
        rm -rf "$PLANRUN_GUARDED"
        echo $PLANRUN_STATUS >&4
        kill -KILL -$$
        """
}
