/// Why a state file cannot be used: what is the matter, where, and what to do. The file was left as it was.
package struct StateFileError: Error, Sendable, Equatable, Codable {
    package enum Code: String, Sendable, Equatable, Codable, CaseIterable {
        case missing = "state-missing"
        case unreadable = "state-unreadable"
        case corrupted = "state-corrupted"
        case newerFormat = "state-newer-format"
        case otherPlan = "state-of-another-plan"
        case unknownStep = "state-unknown-step"
        case unsafePermissions = "state-unsafe-permissions"
        case notWritable = "state-not-writable"
        case locked = "state-locked"
    }

    package let code: Code
    package let path: String
    /// What happened: lower case, no full stop.
    package let what: String
    package let help: [String]

    package init(_ code: Code, path: String, what: String, help: [String]) {
        self.code = code
        self.path = path
        self.what = what
        self.help = help
    }
}
