import Diagnostics
import Escaping
import Execution
import FoundationEssentials
import Operations
import PlanModel
import SystemPackage
import Values

extension CommandContext {
    /// The saved plan at a path; `nil` if the file is none, so that it may be a plan, or cannot be read.
    /// - Throws: `ExitStatus.invalid`, after printing why, if it is one that this planrun does not carry out.
    func savedPlan(at path: String) throws(ExitStatus) -> SavedPlan? {
        guard let bytes = try? SourceFile.load(path: path, limit: 64 << 20).text.utf8,
            let head = try? JSONDecoder().decode(SavedPlanHead.self, from: Data(bytes)), head.kind == SavedPlan.kind
        else { return nil }
        let (own, its) = (ProgramVersion(text: PlanrunCommand.versionNumber), ProgramVersion(text: head.planrun))
        guard own.compatibility == its.compatibility else {
            tell(
                Notice(
                    code: FailureCode(SavedPlanFailure.otherVersion),
                    what:
                        "planrun \(its.text) saved '\(path)', and this is planrun \(own.text), which may do other things",
                    details: ["nothing was done"],
                    help: ["save the plan anew with this planrun, or carry it out with planrun \(its.text)"]))
            throw .invalid
        }
        guard let saved = try? JSONDecoder().decode(SavedPlan.self, from: Data(bytes)), saved.isIntact else {
            tell(
                Notice(
                    code: FailureCode(SavedPlanFailure.damaged),
                    what: "'\(path)' is a saved plan, but not as planrun wrote it: its digest does not fit",
                    details: ["nothing was done"], help: ["save the plan anew: 'planrun plan PLAN --out \(path)'"]))
            throw .invalid
        }
        return saved
    }

    /// Writes a plan that can be carried out exactly so.
    /// - Throws: `ExitStatus.failure`, after printing why, if that is not possible.
    func save(_ plan: Plan, _ report: PlanReport, _ servers: Servers, to path: String) async throws(ExitStatus) {
        let snapshot: WorldSnapshot
        do {
            snapshot = try await WorldSnapshot.take(servers, CompiledPlan(plan))
        } catch {
            let failure = error as? StepFailure
            try refuseSaving(
                path, "a server did not answer: \(failure?.sentence ?? "\(error)")", help: failure?.help ?? [])
        }
        let saved = SavedPlan(
            planrun: PlanrunCommand.versionNumber, madeAt: .now, plan: plan, report: report, snapshot: snapshot)
        do throws(Errno) {
            try WholeFile(path: path).write(Array(saved.text.utf8))
        } catch {
            try refuseSaving(path, "the file cannot be written: \(error)", help: [])
        }
        tell("saved as \(path), \(saved.digest)")
        for step in plan.steps where step.kind.name == .approval {
            let approval = "\(step.id)@\(saved.digest)"
            tell(
                "  = help: 'planrun apply \(path.shellWord) --approve \(approval)' approves this plan and no other",
                indent: 8)
        }
    }

    func refuseSaving(_ path: String, _ why: String, help: [String]) throws(ExitStatus) -> Never {
        tell(
            Notice(
                code: FailureCode(SavedPlanFailure.notSaved), what: "the plan was not saved as '\(path)': \(why)",
                details: ["no server was changed"], help: help))
        throw .failure
    }
}

/// What tells a saved plan from every other file, and who wrote it.
private struct SavedPlanHead: Decodable {
    let kind: String
    let planrun: String
}

extension SavedPlan {
    /// Makes sure that the plan file is still the one that was saved, and that the saved plan is young enough.
    /// - Parameter age: the oldest that is carried out.
    /// - Throws: `ExitStatus.invalid`, after printing what differs.
    func check(age limit: Duration, at now: Timestamp, _ context: CommandContext) throws(ExitStatus) {
        let age = madeAt.duration(to: now)
        guard age <= limit else {
            context.tell(
                refusal(
                    .tooOld,
                    "the plan was saved at \(madeAt), which is longer ago than the \(limit.planText) of '--max-age'"))
            throw .invalid
        }
        let plan = try context.loadPlan(planPath)
        guard plan.file.text != self.plan else { return }
        let earlier = Plan.read(SourceFile(path: planPath, text: self.plan), checks: PreflightCatalogue.declarations)
            .plan
        let changes = earlier.map { plan.changes(since: $0).sentences } ?? []
        context.tell(
            refusal(
                .planChanged,
                "'\(planPath)' has changed since the plan was saved: "
                    + (changes.isEmpty
                        ? "only in its name, its description, comments or layout" : changes.joined(separator: "; "))))
        throw .invalid
    }

    /// Makes sure that the servers are as they were when the plan was saved.
    /// - Throws: `ExitStatus.failure`, after printing what differs.
    func check(_ servers: Servers, _ compiled: CompiledPlan, _ context: CommandContext) async throws(ExitStatus) {
        let differences: [String]
        do {
            differences = try await WorldSnapshot.take(servers, compiled).changes(since: snapshot)
        } catch let failure as StepFailure {
            differences = ["a server did not answer: \(failure.sentence)"]
        } catch {
            throw .stopped
        }
        guard !differences.isEmpty else { return }
        context.tell(refusal(.worldChanged, "the servers are not as they were at \(madeAt)", differences))
        throw .failure
    }

    private func refusal(_ code: SavedPlanFailure, _ what: String, _ details: [String] = []) -> Notice {
        Notice(
            code: FailureCode(code), what: what, details: details + ["nothing was done"],
            next: [
                NextCommand(
                    line: "planrun plan \(planPath.shellWord) --out FILE",
                    meaning: "read and save the plan as it is now")
            ])
    }
}

extension Approvals {
    /// Makes sure that every approval is meant for the plan that is carried out.
    /// - Throws: `ExitStatus.invalid`, after printing which one is not.
    func check(_ saved: SavedPlan?, _ context: CommandContext) throws(ExitStatus) {
        guard let other = digests.first(where: { saved?.isNamed(by: $0) != true }) else { return }
        context.tell(
            Notice(
                code: FailureCode(SavedPlanFailure.otherApproval),
                what: saved.map { "the approval is meant for '\(other)', and this is \($0.digest)" }
                    ?? "the approval is meant for the saved plan '\(other)', and this is a plan that was not saved",
                details: ["nothing was done"],
                help: ["a digest is written whole, or its first \(SavedPlan.shortestDigest) digits or more"]))
        throw .invalid
    }
}
