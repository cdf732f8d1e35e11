import Subprocess
import SystemPackage

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
}
