package import PlanModel

/// Starts the commands of `run` steps.
package protocol HookRunner: Sendable {
    /// Runs a command to its end. If the task is cancelled, the command and everything that it has started are ended
    /// before this returns: gently first, then at once.
    ///
    /// - Parameter show: called with the lines that the command prints, without secrets. Lines are left out where it
    ///   prints many.
    /// - Throws: `HookRefusal` if the command was not started.
    func run(_ call: HookCall, show: @escaping @Sendable (String) -> Void) async throws -> HookEnd
}

/// One command to run, and what it is run for.
package struct HookCall: Sendable, Equatable {
    package enum Phase: String, Sendable, Equatable, CaseIterable {
        case perform, check, undo
    }

    /// The id of the step.
    package let step: String
    package let phase: Phase
    package let words: [String]
    package let settings: RunStep

    package init(step: String, phase: Phase, words: [String], settings: RunStep) {
        self.step = step
        self.phase = phase
        self.words = words
        self.settings = settings
    }

    /// The command as a person types it.
    package var line: String { RunStep.line(words) }
}

/// How a command ended.
package struct HookEnd: Sendable, Equatable {
    /// The exit code, 128 and the signal for a command that a signal ended; `nil` if planrun ended the command because
    /// its task was cancelled.
    package let exitCode: Int?
    /// The last lines that it printed, without secrets.
    package let output: [String]

    package init(exitCode: Int?, output: [String] = []) {
        self.exitCode = exitCode
        self.output = output
    }

    /// The exit code with which a command says that it could be done later (EX_TEMPFAIL of BSD's sysexits.h).
    package static let later = 75
}

/// Why a command was not started. Nothing was done.
package struct HookRefusal: Error, Sendable, Equatable {
    /// Lower case, no full stop.
    package let what: String
    package let help: String

    package init(_ what: String, help: String) {
        self.what = what
        self.help = help
    }
}

/// For who only looks: no command is run.
package struct NoHooks: HookRunner {
    package init() {}

    package func run(_ call: HookCall, show: @escaping @Sendable (String) -> Void) async throws -> HookEnd {
        throw HookRefusal("commands are not run here", help: "'planrun apply' and 'planrun resume' run them")
    }
}
