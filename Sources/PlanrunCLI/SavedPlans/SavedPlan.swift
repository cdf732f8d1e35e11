import Crypto
import Diagnostics
import Execution
import FoundationEssentials
import Operations
import PlanModel

/// What `plan --out` writes: a plan, what it would do, and what the servers said then. It holds no secret, since the
/// plan only refers to secrets.
struct SavedPlan: Codable, Sendable {
    static let kind = "planrun-saved-plan"

    var kind = Self.kind
    var format = 1
    /// The version of the planrun that wrote it.
    var planrun: String
    var madeAt: Timestamp
    /// The path of the plan, as it was typed.
    var planPath: String
    /// The plan's text.
    var plan: String
    var report: PlanReport
    var snapshot: WorldSnapshot
    /// `sha256:` and the hash of everything else, by which an approval names this plan and no other.
    private(set) var digest = ""

    init(planrun: String, madeAt: Timestamp, plan: Plan, report: PlanReport, snapshot: WorldSnapshot) {
        self.planrun = planrun
        self.madeAt = madeAt
        planPath = plan.file.path
        self.plan = plan.file.text
        self.report = report
        self.snapshot = snapshot
        digest = computedDigest
    }

    /// Whether the file is as planrun wrote it.
    var isIntact: Bool { digest == computedDigest }

    var text: String { JSONText.of(self) + "\n" }

    private var computedDigest: String {
        var content = self
        content.digest = ""
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        guard let data = try? encoder.encode(content) else {
            preconditionFailure("a saved plan holds only strings, numbers and lists of them")
        }
        return "sha256:" + SHA256.hash(data: data).map { String(Int($0) + 256, radix: 16).dropFirst() }.joined()
    }
}

extension SavedPlan {
    /// A digest may be shortened to this many hexadecimal digits.
    static let shortestDigest = 12

    /// Whether a text names this plan: its digest, or the beginning of it, with or without `sha256:`.
    func isNamed(by text: String) -> Bool {
        let digits = text.hasPrefix("sha256:") ? text.dropFirst(7) : Substring(text)
        return digits.count >= Self.shortestDigest && digest.dropFirst(7).hasPrefix(digits.lowercased())
    }
}

/// The version of a program by its rules of semantic versioning: `0.1.0`.
struct ProgramVersion {
    let text: String

    /// What must be equal for one version to carry out what another one saved: the first number, and while that is 0,
    /// the second.
    var compatibility: [Substring] {
        let parts = text.split(separator: ".")
        return Array(parts.prefix(parts.first == "0" ? 2 : 1))
    }
}
