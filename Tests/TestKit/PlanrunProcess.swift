import FoundationEssentials
import Glibc
import Subprocess
package import SystemPackage

/// The built `planrun` as a child process. Its output is collected line by line, and it can be sent signals.
package actor PlanrunProcess {
    package struct Outcome: Sendable, Equatable {
        /// The exit code; `nil` if a signal ended it.
        package var exitCode: Int32?
        package var signal: Int32?
        package var standardOutput: [String]
        package var standardError: [String]
    }

    package private(set) var standardOutput: [String] = []
    package private(set) var standardError: [String] = []
    private var pid: pid_t?
    private var termination: TerminationStatus?
    private var life: Task<Void, any Error>?

    /// Starts planrun, runs `body` beside it, and then kills planrun if it is still running.
    /// - Parameters:
    ///   - environment: variables in addition to `PATH` and `HOME`. planrun gets no others.
    ///   - input: what planrun reads from standard input.
    package static func run<Result: Sendable>(
        _ arguments: [String], environment: [String: String] = [:], input: String = "", in folder: FilePath? = nil,
        body: @Sendable (PlanrunProcess) async throws -> Result
    ) async throws -> Result {
        let process = PlanrunProcess()
        await process.launch(try executable(), arguments, environment, input, folder)
        do {
            try await eventually("planrun has started") { try await process.isLaunched }
            let result = try await body(process)
            await process.end()
            return result
        } catch {
            await process.end()
            throw error
        }
    }

    /// Starts planrun and waits for its end.
    package static func run(
        _ arguments: [String], environment: [String: String] = [:], input: String = "", in folder: FilePath? = nil
    ) async throws -> Outcome {
        try await run(arguments, environment: environment, input: input, in: folder) { try await $0.wait() }
    }

    /// Starts planrun with standard output and standard error going to a descriptor, and waits for its end.
    /// - Returns: the exit code; `nil` if a signal ended it.
    package static func exitCode(
        _ arguments: [String], writingTo writer: FileDescriptor
    ) async throws -> Int32? {
        let inherited = ProcessInfo.processInfo.environment
        var variables: [Environment.Key: String] = [:]
        for name in ["PATH", "HOME"] { variables[Environment.Key(stringLiteral: name)] = inherited[name] }
        let status = try await Subprocess.run(
            .path(try executable()), arguments: Arguments(arguments), environment: .custom(variables),
            input: .none, output: .fileDescriptor(writer, closeAfterSpawningProcess: false),
            error: .fileDescriptor(writer, closeAfterSpawningProcess: false)
        ).terminationStatus
        guard case .exited(let code) = status else { return nil }
        return code
    }

    private func end() async {
        send(SIGKILL)
        _ = await life?.result
    }

    package func send(_ signal: Int32) {
        // A signal is sent only while nobody has waited for the process. After that, another process may have its
        // process id.
        if let pid, termination == nil { kill(pid, signal) }
    }

    package var hasEnded: Bool { termination != nil }

    /// The most memory that planrun has had until now, in bytes; `nil` where it has not started or has ended.
    package var peakMemory: Int? {
        guard let pid, termination == nil,
            let status = try? String(contentsOf: URL(filePath: "/proc/\(pid)/status"), encoding: .utf8)
        else { return nil }
        let line = status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") }
        return line?.split(separator: " ").dropFirst().first.flatMap { Int($0) }.map { $0 << 10 }
    }

    package func wait() async throws -> Outcome {
        try await life?.value
        var outcome = Outcome(standardOutput: standardOutput, standardError: standardError)
        switch termination {
        case .exited(let code): outcome.exitCode = code
        case .signaled(let signal): outcome.signal = signal
        case nil: break
        }
        return outcome
    }

    /// Waits until a line of standard output or standard error fulfils the condition, and returns it.
    @discardableResult
    package func line(
        _ what: String, within limit: Duration = .seconds(60), where condition: (String) -> Bool
    ) async throws -> String {
        var found: String?
        try await eventually("planrun prints \(what); so far: \(standardOutput + standardError)", within: limit) {
            found = (standardOutput + standardError).first(where: condition)
            guard found == nil, termination != nil else { return found != nil }
            throw WaitedInVain(
                what: "planrun printed \(what); it ended with \(standardOutput + standardError)", limit: limit)
        }
        return found ?? ""
    }

    private var isLaunched: Bool {
        get async throws {
            if pid == nil, termination != nil { try await life?.value }
            return pid != nil
        }
    }

    private func launch(
        _ executable: FilePath, _ arguments: [String], _ environment: [String: String], _ input: String,
        _ folder: FilePath?
    ) {
        let inherited = ProcessInfo.processInfo.environment
        var variables = Dictionary(
            uniqueKeysWithValues: environment.map { (Environment.Key(stringLiteral: $0.key), $0.value) })
        for name in ["PATH", "HOME"] { variables[Environment.Key(stringLiteral: name)] = inherited[name] }
        let configuration = Configuration(
            executable: .path(executable), arguments: Arguments(arguments), environment: .custom(variables),
            workingDirectory: folder)
        life = Task {
            let result = try await Subprocess.run(
                configuration, input: .string(input), output: .sequence, error: .sequence
            ) {
                child in
                self.launched(child.processIdentifier.value)
                try await withThrowingTaskGroup { group in
                    group.addTask { for try await line in child.standardOutput.strings() { await self.printed(line) } }
                    group.addTask {
                        for try await line in child.standardError.strings() { await self.complained(line) }
                    }
                    try await group.waitForAll()
                }
            }
            self.termination = result.terminationStatus
        }
    }

    private func launched(_ pid: pid_t) { self.pid = pid }
    private func printed(_ line: String) { standardOutput.append(line) }
    private func complained(_ line: String) { standardError.append(line) }

    /// The program lies beside the test bundle, which is what runs now.
    static func executable() throws -> FilePath {
        let own = FilePath(try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe"))
        return own.removingLastComponent().appending("planrun")
    }
}
