import Execution
import Operations
import Values

/// What to type next about a run. The end of a run that failed or was stopped and `status` both ask this type, so that
/// they never advise different things.
struct NextSteps {
    let state: RunState
    let commands: CommandLines
    /// The step with which `resume` goes on; `nil` if the plan was not read.
    var step: String?
    /// Whether the plan file was changed since the run began.
    var isPlanChanged = false
    /// The server that the Sentinels have made the primary instead of the source; `nil` if they have not.
    var replacement: Endpoint?
    /// Whether the servers are as they were before the run: there is nothing to roll back, and the target is not the
    /// primary.
    let isUntouched: Bool
    /// Where the run stands to its cutover; `.before` if the servers were not asked.
    var standing = WayBack.Standing.before
    /// The commands that lead back; empty if no way back is left.
    let back: [NextCommand]

    var all: [NextCommand] {
        switch state.status {
        case .succeeded, .rolledBack: []
        case .abandoned: [commands.next("apply", "begin a new run")]
        case .rollingBack: [commands.next("rollback", "go on with the rollback")]
        case .rollbackIncomplete: [commands.next("rollback", "go on with the rollback"), abandon]
        case .failed where isUntouched:
            [commands.next("apply", "try again once that is put right; nothing was changed")]
        case .failed where back.isEmpty: (isOver ? [] : [resume]) + [abandon]
        case .running, .failed, .stopped: (isOver ? [] : [resume]) + back + (replacement == nil ? [] : [abandon])
        }
    }

    /// Named where nothing else may help; possible at any time.
    var abandon: NextCommand { commands.next("abandon", "end the run as it is, and see what it leaves behind") }

    var resume: NextCommand {
        let onward = step.map { "go on with '\($0)'" } ?? "go on"
        if let replacement {
            return commands.resumeChanged("go on, once \(replacement) is the address of 'source' in the plan")
        }
        return isPlanChanged ? commands.resumeChanged(onward) : commands.next("resume", onward)
    }

    /// Whether a step failed in a way that no further try can mend.
    private var isOver: Bool {
        replacement == nil && !isPlanChanged
            && state.nodes.contains { $0.status == .failed && $0.error?.endsRun == true }
    }
}

extension NextSteps {
    /// Decides from the record alone, for when the servers were not asked.
    init(recorded state: RunState, _ commands: CommandLines) {
        self.init(
            state: state, commands: commands, isUntouched: state.hasChangedNothing,
            back: state.hasChangedNothing
                ? [] : [commands.next("rollback", "take back what was done, as far as the plan allows")])
    }
}
