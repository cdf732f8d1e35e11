import FoundationEssentials
import Glibc
import Subprocess
import SystemPackage

/// The built `planrun` at a terminal of its own, whose keys the test presses. `script` makes a pseudo-terminal and
/// passes on what is typed and printed, so that lines are edited, keys send signals and input can be thrown away as at
/// a real terminal.
package actor PlanrunTerminal {
    private var printed: [UInt8] = []
    private var keys: FileDescriptor?
    private var termination: TerminationStatus?
    /// The process id of `script`, which holds the terminal.
    private var holder: pid_t?

    /// Everything that was printed so far, with its control sequences.
    package var screen: String { String(decoding: printed, as: UTF8.self) }

    /// Starts planrun and runs `body` at its terminal. Afterwards the terminal is hung up.
    package static func run<Result: Sendable>(
        _ arguments: [String], body: @escaping @Sendable (PlanrunTerminal) async throws -> Result
    ) async throws -> Result {
        let terminal = PlanrunTerminal()
        let (input, keys) = try FileDescriptor.pipe()
        await terminal.connect(keys)
        return try await withThrowingTaskGroup(of: Result?.self) { group in
            let configuration = try configuration(arguments)
            group.addTask {
                let result = try await Subprocess.run(
                    configuration, input: .fileDescriptor(input, closeAfterSpawningProcess: true), output: .sequence,
                    error: .discarded
                ) { child in
                    await terminal.started(child.processIdentifier.value)
                    for try await piece in child.standardOutput {
                        await terminal.show(piece.withUnsafeBytes { Array($0) })
                    }
                }
                await terminal.ended(result.terminationStatus)
                return nil
            }
            group.addTask {
                do {
                    let result = try await body(terminal)
                    await terminal.hangUp()
                    return result
                } catch {
                    await terminal.hangUp()
                    throw error
                }
            }
            var result: Result?
            while let next = try await group.next() { result = result ?? next }
            guard let result else { preconditionFailure("the body returns or throws") }
            return result
        }
    }

    private static func configuration(_ arguments: [String]) throws -> Configuration {
        let inherited = ProcessInfo.processInfo.environment
        var variables: [Environment.Key: String] = ["TERM": "xterm"]
        for name in ["PATH", "HOME"] { variables[Environment.Key(stringLiteral: name)] = inherited[name] }
        let words = [try PlanrunProcess.executable().string] + arguments
        let command = words.map { "'" + $0.replacing("'", with: "'\\''") + "'" }.joined(separator: " ")
        return Configuration(
            executable: .name("script"),
            arguments: ["-q", "-e", "-f", "-c", "stty cols 250 rows 60; exec \(command)", "/dev/null"],
            environment: .custom(variables))
    }

    private func started(_ pid: pid_t) { holder = pid }
    private func connect(_ keys: FileDescriptor) { self.keys = keys }
    private func show(_ bytes: [UInt8]) { printed += bytes }
    private func ended(_ status: TerminationStatus) { termination = status }

    /// Ends the input: `script` then closes the terminal, which ends the processes that still run there.
    private func hangUp() {
        try? keys?.close()
        keys = nil
    }

    /// Closes the terminal as a window is closed: processes there are sent SIGHUP, and nobody reads what they print.
    package func close() { if let holder, termination == nil { kill(holder, SIGKILL) } }

    /// Changes the width of the terminal, as who resizes its window. planrun is told by SIGWINCH, as by a real one.
    package func resize(columns: Int) async throws {
        guard let holder, termination == nil else { return }
        let children = try String(contentsOf: URL(filePath: "/proc/\(holder)/task/\(holder)/children"), encoding: .utf8)
        guard let child = children.split(separator: " ").first else { return }
        let terminal = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/\(child)/fd/0")
        _ = try await Shell.run("stty -F \(terminal) cols \(columns)")
    }

    /// The lines that were drawn last about what runs now, without colours.
    package var lastDrawing: [String] {
        let text = String(screen.split(separator: "\u{1B}[0J").last ?? "")
        return text.replacing(/\u{1B}\[[0-9;]*[A-Za-z]/, with: "").split(whereSeparator: \.isNewline).map(String.init)
    }

    /// Types a text: `\n` is Return, `\u{3}` is Ctrl-C.
    package func type(_ text: String) throws { _ = try keys?.writeAll(Array(text.utf8)) }

    /// Waits until the text has been printed at least `times` times.
    package func see(_ text: String, times: Int = 1, within limit: Duration = .seconds(60)) async throws {
        try await eventually("'\(text)' is printed", within: limit) {
            if screen.ranges(of: text).count >= times { return true }
            guard termination == nil else { throw WaitedInVain(what: "'\(text)' was printed: \(screen)", limit: limit) }
            return false
        }
    }

    /// Waits for the end of planrun.
    /// - Returns: the exit code; `nil` if a signal ended it.
    package func exitCode(within limit: Duration = .seconds(60)) async throws -> Int32? {
        try await eventually("planrun has ended", within: limit) { termination != nil }
        guard case .exited(let code)? = termination else { return nil }
        return code
    }
}
