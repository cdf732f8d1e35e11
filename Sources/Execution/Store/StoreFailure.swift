/// Why the record of a run cannot be read or written: what happened, where, and what to do.
///
/// The store writes the message, because only the store knows whether the record is a file or something else.
package struct StoreFailure: Error, Sendable, Equatable, Codable {
    package enum Code: String, Sendable, Equatable, Codable, DeclaredFailure {
        case missing = "state-missing"
        case unreadable = "state-unreadable"
        case corrupted = "state-corrupted"
        case newerFormat = "state-newer-format"
        case otherPlan = "state-of-another-plan"
        case unknownStep = "state-unknown-step"
        case unsafePermissions = "state-unsafe-permissions"
        case notWritable = "state-not-writable"
        /// Somebody else holds the run.
        case locked = "state-locked"
        /// This planrun held the run, and somebody else may hold it now.
        case leaseLost = "state-lease-lost"

        package var summary: String {
            switch self {
            case .missing: "no run of this plan has begun here"
            case .unreadable: "the record of the run cannot be read"
            case .corrupted: "the record is damaged"
            case .newerFormat: "the record was written by a newer planrun"
            case .otherPlan: "the record is that of another plan"
            case .unknownStep: "the record has begun steps that the plan does not have"
            case .unsafePermissions: "every user of this machine could change the record"
            case .notWritable: "the record cannot be written"
            case .locked: "another planrun holds the run"
            case .leaseLost: "this planrun does not hold the run any more"
            }
        }
    }

    package let code: Code
    /// Where the record is, in the store's own terms; for a file, its path.
    package let place: String
    /// What happened: lower case, no full stop.
    package let what: String
    package let help: [String]

    package init(_ code: Code, place: String, what: String, help: [String]) {
        self.code = code
        self.place = place
        self.what = what
        self.help = help
    }

    /// In the JSON of events the place is called `path`, and scripts read it by that name.
    private enum CodingKeys: String, CodingKey {
        case code
        case place = "path"
        case what, help
    }
}
