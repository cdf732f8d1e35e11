import FoundationEssentials
import PlanModel
import Rehearsal
import Testing
import Values

/// A server of another version than the one in `PATH`, from the folder that `PLANRUN_ENGINES` names.
enum OtherVersion: String, Sendable, CaseIterable, CustomTestStringConvertible {
    case redis62 = "redis62/redis-server"
    case redis8 = "redis8/redis-server"
    case valkey8 = "valkey8/valkey-server"
    case valkey9 = "valkey9/valkey-server"

    static let folder = ProcessInfo.processInfo.environment["PLANRUN_ENGINES"].flatMap { $0.isEmpty ? nil : $0 }

    /// Where the program has to be. Where it is missing the tests fail.
    var path: String { "\(Self.folder ?? "")/\(rawValue)" }

    var engine: Engine {
        switch self {
        case .redis62, .redis8: .redis
        case .valkey8, .valkey9: .valkey
        }
    }

    var testDescription: String { rawValue.split(separator: "/").first.map(String.init) ?? rawValue }
}

extension LabDescription.Instance {
    /// - Parameter version: `nil` is the Redis in `PATH`.
    static func version(_ version: OtherVersion?, extraLines: [String] = []) -> Self {
        Self(engine: version?.engine ?? .redis, executable: version?.path, extraLines: extraLines)
    }
}

extension Trait where Self == ConditionTrait {
    /// Runs a test only where `PLANRUN_ENGINES` is set. Elsewhere the test is shown as skipped, with this reason.
    static var otherVersions: Self {
        .enabled(if: OtherVersion.folder != nil, "PLANRUN_ENGINES names no folder with servers of other versions")
    }
}
