import Diagnostics
import Execution
import Operations
import PlanGraph
import PlanModel
import PlanReview

/// Works out what a plan would do now: runs its preflight checks, and asks each effect whether it is done already.
/// Changes nothing.
struct PlanInspector {
    let compiled: CompiledPlan
    /// `nil` if no server may be asked. The report then contains only what the plan itself says.
    let servers: Servers?
    /// The record of a run of this plan that has begun and is not finished. What it has done is not asked about again.
    var unfinished: RunState?

    /// - Parameter kind: reports only the steps of this kind, and asks nothing for the rest of the report; `nil` reports
    ///   all.
    func report(only kind: StepKind.Name? = nil) async -> PlanReport {
        var steps: [PlanReport.Entry] = []
        let commands = kind == nil ? await CommandForecast.make(compiled, servers) : nil
        var isWorldAsRead = true
        for step in compiled.plan.steps where kind == nil || step.kind.name == kind {
            var entry = await entry(step, asks: isWorldAsRead)
            if let commands, entry.action != .done, entry.action != .nothing { entry.foresee(commands[step]) }
            // Later steps will run in a world that this change has made, so asking today's servers about them would
            // mislead.
            if entry.action == .change { isWorldAsRead = false }
            steps.append(entry)
        }
        return PlanReport(
            name: compiled.plan.name, path: compiled.plan.file.path, isLive: servers != nil,
            unfinished: unfinished.map { run in
                PlanReport.UnfinishedRun(
                    startedAt: run.startedAt, status: run.status,
                    planChanges: run.recordedPlan.map { compiled.plan.changes(since: $0).sentences } ?? [])
            }, topology: await TopologyForecast.make(compiled.plan, kind == nil ? servers : nil),
            estimate: kind == nil && unfinished == nil ? await RunEstimate.make(compiled.plan, servers) : nil,
            steps: steps,
            review: kind == nil ? review : [],
            wayBack: PlanHeader(plan: compiled.plan).wayBack,
            told: compiled.plan.receivers.isEmpty ? nil : compiled.plan.receivers.map(PlanReport.Told.init))
    }

    /// The checks that make sense for the plan.
    private var checks: [CheckDeclaration] { PreflightCatalogue.declarations(for: compiled.plan) }

    private func checksOff(_ step: Step) -> [PlanReport.CheckOff] {
        guard case .preflight(let preflight) = step.kind else { return [] }
        return checks.filter { preflight.settings[$0.id]?.severity == .off }.map {
            PlanReport.CheckOff(id: $0.id, title: $0.title)
        }
    }

    private var review: [PlanReport.Remark] {
        Review(
            compiled.plan.file, checks: PreflightCatalogue.declarations, applying: PreflightCatalogue.declarations(for:)
        ).diagnostics.map { diagnostic in
            PlanReport.Remark(
                rule: diagnostic.topic.id, severity: diagnostic.severity,
                line: diagnostic.range?.start.line ?? 1, message: diagnostic.message, help: diagnostic.help)
        }
    }

    /// Whether the unfinished run has done all nodes of a step.
    private func isDone(_ nodes: [StepGraph.Node]) -> Bool {
        guard let unfinished else { return false }
        return nodes.allSatisfy { unfinished[$0.id]?.status == .succeeded }
    }

    private func entry(_ step: Step, asks: Bool) async -> PlanReport.Entry {
        let nodes = compiled.graph.nodes.filter { $0.step == step.id }
        let scene =
            if let servers { await compiled.scene(of: step, servers: servers) } else { compiled.scene(of: step) }
        let isEffect = nodes.contains { $0.role.isEffect }
        var entry = PlanReport.Entry(
            id: step.id, kind: step.kind.name.rawValue, action: action(nodes),
            does: step.kind.declaration.summary(scene), undo: step.kind.declaration.wayBack(scene),
            isPointOfNoReturn: nodes.contains { $0.role == .pointOfNoReturn }, needs: step.needs,
            settings: Dictionary(step.settings.map { ($0.key, $0.value) }) { $1 },
            deviations: step.deviations(in: compiled.plan, checks: checks), checksOff: checksOff(step), outlook: [],
            findings: [])
        if isDone(nodes) {
            entry.action = .done
            return entry
        }
        guard let servers else { return entry }
        let provider = compiled.operations(servers: servers, approver: NobodyApproves())
        for node in nodes where isEffect { entry.outlook += await provider.operation(for: node.id).outlook() }
        guard asks else { return entry }
        if isEffect {
            for node in nodes { await inspect(node, provider.operation(for: node.id), &entry) }
        } else if case .preflight = step.kind {
            entry.findings = await findings(nodes, provider)
        }
        return entry
    }

    private func action(_ nodes: [StepGraph.Node]) -> PlanReport.Entry.Action {
        switch nodes.first?.role {
        case .check?, nil: .check
        case .wait?: .wait
        case .gate?: .ask
        case .effect?, .pointOfNoReturn?: .change
        }
    }

    private func inspect(_ node: StepGraph.Node, _ operation: any Operation, _ entry: inout PlanReport.Entry) async {
        do {
            if case .done(let why) = try await operation.inspect(.reading(node.id)) {
                entry.action = .nothing
                entry.does = why
            }
        } catch let failure as StepFailure {
            entry.findings.append(.init(check: node.id, verdict: .failed, saw: failure.sentence, help: failure.help))
        } catch {
            entry.findings.append(.init(check: node.id, verdict: .failed, saw: "\(error)", help: []))
        }
    }

    private func findings(_ nodes: [StepGraph.Node], _ provider: some OperationProvider) async -> [PlanReport.Finding] {
        await withTaskGroup(of: (Int, PlanReport.Finding).self) { group in
            for (index, node) in nodes.enumerated() {
                let operation = provider.operation(for: node.id)
                group.addTask { (index, await Self.finding(node, operation)) }
            }
            var findings: [(Int, PlanReport.Finding)] = []
            for await finding in group { findings.append(finding) }
            return findings.sorted { $0.0 < $1.0 }.map(\.1)
        }
    }

    private static func finding(_ node: StepGraph.Node, _ operation: any Operation) async -> PlanReport.Finding {
        do {
            let result = try await operation.verify(.reading(node.id))
            return .init(
                check: node.id, verdict: result.verdict == .passed ? .passed : .warned, saw: result.summary,
                help: result.help)
        } catch let failure as StepFailure {
            // A finding has one line, so the wanted value stands beside what was seen.
            let wanted = failure.wanted.map { "; wanted: \($0)" } ?? ""
            return .init(
                check: node.id, verdict: failure.isConsequence ? .notAsked : .failed, saw: failure.sentence + wanted,
                help: failure.help)
        } catch {
            return .init(check: node.id, verdict: .failed, saw: "\(error)", help: [])
        }
    }
}

extension PlanReport.Entry {
    fileprivate mutating func foresee(_ forecast: CommandForecast.Entry) {
        commands = forecast.commands.map(PlanReport.CommandLine.init)
        waysBack = forecast.waysBack.map { back in
            PlanReport.WayBack(start: back.start, commands: back.commands.map(PlanReport.CommandLine.init))
        }
    }
}

extension PlanReport.CommandLine {
    fileprivate init(_ command: ForeseenCommand) {
        self.init(
            server: command.server, command: command.text, why: command.why, answer: command.answer,
            condition: command.condition)
    }
}
