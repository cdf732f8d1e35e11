package import Execution
package import PlanModel

/// One question to the servers, of a `preflight` or `verify` step. Reads only.
package protocol Check: Sendable {
    static var declaration: CheckDeclaration { get }
    /// Whether the question makes sense for this plan; a plan without Sentinels has none to ask.
    static func applies(to plan: Plan) -> Bool
    /// What it sends besides what planrun sends for every plan (`Servers.rights`).
    static func rights(in plan: Plan) -> Rights
    init()
    /// - Throws: `StepFailure` where it cannot be told, because a server does not answer.
    func run(_ servers: Servers, limits: CheckLimits) async throws -> Finding
}

extension Check {
    package static func applies(to plan: Plan) -> Bool { true }
    package static func rights(in plan: Plan) -> Rights { .none }
}

/// What a check saw, and where that is not enough, what it wants and what to do.
package struct Finding: Sendable, Equatable {
    package let passes: Bool
    /// Whether the servers let themselves be asked. What they do not tell is a warning, whatever the severity.
    package var isTold = true
    package let saw: String
    package let wants: String
    /// Which servers it is about.
    package let place: [String]
    package let remedy: [String]

    package static func passed(_ saw: String) -> Finding {
        Finding(passes: true, saw: saw, wants: "", place: [], remedy: [])
    }

    package static func missed(_ saw: String, wants: String, at place: [String], remedy: [String]) -> Finding {
        Finding(passes: false, saw: saw, wants: wants, place: place, remedy: remedy)
    }

    /// The servers did not let themselves be asked.
    package static func untold(_ saw: String, at place: [String], remedy: [String]) -> Finding {
        Finding(passes: false, isTold: false, saw: saw, wants: "an answer", place: place, remedy: remedy)
    }

    /// All that were missed, as one; the first of them decides what is wanted. What could not be told comes last.
    package static func combined(_ findings: [Finding], passed saw: String) -> Finding {
        let told = findings.filter { !$0.passes && $0.isTold }
        let missed = told + findings.filter { !$0.isTold }
        guard let first = missed.first else { return .passed(saw) }
        var remedies: [String] = []
        for remedy in missed.flatMap(\.remedy) where !remedies.contains(remedy) { remedies.append(remedy) }
        var place: [String] = []
        for server in missed.flatMap(\.place) where !place.contains(server) { place.append(server) }
        return Finding(
            passes: false, isTold: !told.isEmpty, saw: missed.map(\.saw).joined(separator: "; "), wants: first.wants,
            place: place, remedy: remedies)
    }
}

/// The limits of one check: the plan's where it names them, else the catalogue's.
package struct CheckLimits: Sendable {
    private let values: [String: CheckLimit]

    package init(_ declaration: CheckDeclaration, plan: CheckSetting?) {
        let defaults = Dictionary(uniqueKeysWithValues: declaration.limits.map { ($0.key, $0.defaultValue) })
        values = defaults.merging(plan?.limits ?? [:]) { $1 }
    }

    package func percentage(_ key: String) -> Int {
        guard case .percentage(let value) = values[key] else { undeclared(key) }
        return value
    }

    package func count(_ key: String) -> Int {
        guard case .count(let value) = values[key] else { undeclared(key) }
        return value
    }

    package func size(_ key: String) -> ByteCount {
        guard case .size(let value) = values[key] else { undeclared(key) }
        return value
    }

    package func duration(_ key: String) -> Duration {
        guard case .duration(let value) = values[key] else { undeclared(key) }
        return value
    }

    private func undeclared(_ key: String) -> Never {
        preconditionFailure("a check asks for its limit '\(key)', which it does not declare with this type")
    }
}

/// Carries out a check as a node of the graph.
package struct CheckOperation: Operation {
    let check: any Check
    let severity: CheckSeverity
    let limits: CheckLimits
    let servers: Servers

    package func inspect(_ context: StepContext) async throws -> Inspection { .ready(undo: nil) }

    package func perform(_ context: StepContext) async throws {}

    package func verify(_ context: StepContext) async throws -> StepResult {
        let finding = try await finding()
        if finding.passes { return StepResult(finding.saw) }
        guard finding.isTold else { return StepResult(finding.saw, verdict: .warned, help: finding.remedy) }
        switch severity {
        case .fail:
            throw StepFailure(
                code: .check(type(of: check).declaration), what: finding.saw, wanted: finding.wants,
                place: finding.place,
                world: ["checks change nothing"], help: finding.remedy)
        case .warn:
            return StepResult("\(finding.saw); wanted: \(finding.wants)", verdict: .warned, help: finding.remedy)
        case .off: preconditionFailure("a check that is off has no node")
        }
    }

    package func undo(_ context: StepContext) async throws -> String? { nil }

    /// What cannot be told is no reason to stop where the answer would have been none either.
    private func finding() async throws -> Finding {
        do {
            return try await check.run(servers, limits: limits)
        } catch let failure as StepFailure {
            guard severity == .warn else { throw failure }
            return .missed(
                "this cannot be told: \(failure.what)", wants: "an answer", at: failure.place, remedy: failure.help)
        }
    }
}
