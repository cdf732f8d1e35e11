import Execution

/// Why a saved plan is not carried out, or not saved.
enum SavedPlanFailure: String, DeclaredFailure {
    case damaged = "saved-plan-damaged"
    case otherVersion = "saved-plan-of-other-version"
    case tooOld = "saved-plan-too-old"
    case planChanged = "saved-plan-file-changed"
    case worldChanged = "saved-plan-servers-changed"
    case notSaved = "plan-not-saved"
    case otherApproval = "approval-of-another-plan"

    var summary: String {
        switch self {
        case .damaged: "a saved plan is not as planrun wrote it"
        case .otherVersion: "a saved plan was written by a planrun that may do other things"
        case .tooOld: "a saved plan is older than `--max-age` allows"
        case .planChanged: "the plan file has changed since the plan was saved"
        case .worldChanged: "the servers are not as they were when the plan was saved"
        case .notSaved: "a plan could not be saved"
        case .otherApproval: "an approval on the command line names the digest of another saved plan"
        }
    }
}
