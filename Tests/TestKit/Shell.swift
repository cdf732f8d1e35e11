import FoundationEssentials
import Subprocess
package import SystemPackage

/// Lines as a person types them at a shell.
package enum Shell {
    package struct Outcome: Sendable {
        /// `nil` where a signal ended it.
        package var exitCode: Int32?
        /// Standard output and standard error.
        package var output: String
    }

    /// Types one line and waits for its end.
    package static func run(_ line: String) async throws -> Outcome {
        let result = try await Subprocess.run(
            .path("/bin/sh"), arguments: ["-c", "\(line) 2>&1"], input: .none, output: .string(limit: 65_536),
            error: .discarded)
        guard case .exited(let code) = result.terminationStatus else {
            return Outcome(output: result.standardOutput)
        }
        return Outcome(exitCode: code, output: result.standardOutput)
    }

    /// Runs lines as a script in a folder, with the built `planrun` as the first in `PATH`. It ends at the first line that
    /// fails.
    package static func script(_ text: String, in folder: FilePath) async throws -> Outcome {
        let inherited = ProcessInfo.processInfo.environment
        let programs = try PlanrunProcess.executable().removingLastComponent().string
        let path = [programs, inherited["PATH"] ?? "/usr/bin:/bin"].joined(separator: ":")
        let result = try await Subprocess.run(
            .path("/bin/sh"), arguments: ["-e", "-c", "exec 2>&1\n\(text)"],
            environment: .custom(["PATH": path, "HOME": folder.string]), workingDirectory: folder,
            input: .none, output: .string(limit: 1 << 20), error: .discarded)
        guard case .exited(let code) = result.terminationStatus else {
            return Outcome(output: result.standardOutput)
        }
        return Outcome(exitCode: code, output: result.standardOutput)
    }
}
