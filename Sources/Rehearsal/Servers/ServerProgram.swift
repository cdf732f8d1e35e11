import FoundationEssentials
import PlanModel
package import Values

/// A server program that is looked for in `PATH`.
package enum ServerProgram: String, Sendable, Hashable, CaseIterable {
    case redis = "redis-server"
    case valkey = "valkey-server"
    case dragonfly = "dragonfly"

    package init(_ engine: Engine) {
        switch engine {
        case .redis: self = .redis
        case .valkey: self = .valkey
        case .dragonfly: self = .dragonfly
        }
    }

    /// The absolute path of the first such program in `PATH`; `nil` if it is not installed.
    package var path: String? { Self.find(rawValue) }

    static func find(_ program: String) -> String? {
        let folders = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/local/bin:/usr/bin:/bin"
        return folders.split(separator: ":").map { "\($0)/\(program)" }
            .first { FileManager.default.isExecutableFile(atPath: $0) }
    }
}
