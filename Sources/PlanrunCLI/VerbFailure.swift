import Execution
import PlanModel
import Rehearsal

/// The failures of verbs that are not caused by a step, a store or a server. The codes do not change, since scripts
/// match them and documents link to them.
enum VerbFailure: String, DeclaredFailure {
    case unknownVerb = "unknown-verb"
    case tooFewFiles = "too-few-files"
    case outputLost = "output-lost"
    case drawingFailed = "drawing-failed"
    case notSavedPlan = "not-a-saved-plan"
    case runUnfinished = "run-unfinished"
    case runFinished = "run-finished"
    case runRolledBack = "run-rolled-back"
    case runAbandoned = "run-abandoned"
    case rollbackUnfinished = "rollback-unfinished"
    case planChanged = "plan-changed"
    case recordedPlanUnreadable = "recorded-plan-unreadable"
    case confirmationMissing = "confirmation-missing"
    case moreWritesGivenUp = "more-writes-given-up"
    case rehearsalFailed = "rehearsal-failed"
    case formatUnsafe = "format-unsafe"
    case fileNotWritten = "file-not-written"
    case comparisonNotResumable = "comparison-not-resumable"
    case metricsNotServed = "metrics-not-served"
    case fileExists = "file-exists"
    case nothingToDecommission = "nothing-to-decommission"

    var summary: String {
        switch self {
        case .unknownVerb: "planrun has no verb of that name"
        case .tooFewFiles: "this process may not open as many files and connections as planrun needs"
        case .outputLost: "what was to be printed could not be written"
        case .drawingFailed: "Graphviz, which lays an SVG out, is not installed or could not do it"
        case .notSavedPlan: "the file is a plan, where one is wanted that `plan --out` saved"
        case .runUnfinished: "a run of this plan was begun and is not finished"
        case .runFinished: "the plan was carried out already, and has changed since"
        case .runRolledBack: "there is nothing to resume: the run was rolled back"
        case .runAbandoned: "the run was abandoned, and goes neither forward nor back any more"
        case .rollbackUnfinished: "a rollback of this run was begun and is not finished"
        case .planChanged: "the plan has changed since the run began"
        case .recordedPlanUnreadable: "the plan in the record is not one that this planrun reads"
        case .confirmationMissing: "nobody has said yes to going back, to abandoning the run, or to decommissioning"
        case .moreWritesGivenUp: "going back loses more writes than `--discard-writes` allows"
        case .formatUnsafe: "a formatted plan would not have meant the same"
        case .rehearsalFailed: "a rehearsal ended for a reason that planrun does not know"
        case .fileNotWritten: "the file that was asked for could not be written"
        case .metricsNotServed: "the metrics cannot be served or written where `--metrics` says"
        case .comparisonNotResumable: "the files of an interrupted comparison are not those of this one, or not whole"
        case .fileExists: "the file for a new plan exists already"
        case .nothingToDecommission:
            "there is no cutover that ended well, whose old servers could be taken out of service"
        }
    }
}

extension SecretError.Code: DeclaredFailure {
    package var summary: String {
        switch self {
        case .environmentUnset: "the environment variable that holds a secret is not set"
        case .environmentEmpty: "the environment variable that holds a secret is empty"
        case .fileMissing: "the file that holds a secret does not exist"
        case .fileUnreadable: "the file that holds a secret cannot be read"
        case .fileEmpty: "the file that holds a secret is empty"
        case .notText: "the file that holds a secret is not UTF-8 text"
        }
    }
}

extension RehearsalError.Code: DeclaredFailure {
    package var summary: String {
        switch self {
        case .programMissing: "a program that the rehearsal starts is not installed"
        case .serverDidNotStart: "a private server did not start"
        case .certificatesFailed: "the certificates of the private servers could not be made"
        case .sentinelsDidNotAgree: "the private Sentinels did not find the servers and each other in time"
        case .folderFailed: "the folder of the rehearsal could not be made or used"
        case .commandRefused: "a private server refused a command"
        case .noPrimary: "the primary among the private servers was not found, or took no writes"
        }
    }
}
