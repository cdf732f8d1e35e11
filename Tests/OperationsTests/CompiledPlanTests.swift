import Diagnostics
import Execution
import Foundation
import PlanGraph
import PlanModel
import Testing

@testable import Operations

/// The graphs of the example plans.
struct CompiledPlanTests {
    private static let folder =
        String(#filePath.dropLast("Tests/OperationsTests/CompiledPlanTests.swift".count)) + "plans"

    private func compiled(_ name: String) throws -> CompiledPlan {
        let reading = Plan.load(path: "\(Self.folder)/\(name).yaml", checks: PreflightCatalogue.declarations)
        return CompiledPlan(try #require(reading.plan, "\(TextRenderer().render(reading.diagnostics))"))
    }

    /// A line `id role: needs` for each node.
    private func lines(_ plan: CompiledPlan) -> [String] {
        plan.graph.nodes.map { node in
            "\(node.id) \(node.role.rawValue)"
                + (node.needs.isEmpty ? "" : ": " + node.needs.map(\.description).joined(separator: " "))
        }
    }

    /// Every check of the catalogue that applies to this plan.
    private func preflight(_ plan: CompiledPlan) -> [String] {
        PreflightCatalogue.checks.filter { $0.applies(to: plan.plan) }.map { "preflight/\($0.declaration.id)" }
    }

    @Test func `the published recipe`() throws {
        let plan = try compiled("sentinel-promotion")
        let preflight = preflight(plan)
        #expect(preflight.contains("preflight/quorum"))
        #expect(
            lines(plan)
                == preflight.map { "\($0) check" } + [
                    "replicaof effect: " + preflight.joined(separator: " "),
                    "wait-for-sync wait: replicaof",
                    "data/target-follows check: wait-for-sync",
                    "data/key-count check: wait-for-sync",
                    "data/unchanged check: wait-for-sync",
                    "approval gate: data/target-follows data/key-count data/unchanged",
                    "failover point-of-no-return: approval",
                    "cutover/target-primary check: failover",
                    "cutover/sentinels-switched check: failover",
                    "cutover/target-writable check: failover",
                    "cutover/source-retired check: failover",
                    "cutover/files-written check: failover",
                    "cutover/commands-known check: failover",
                ])
        #expect(plan.policies["failover"]?.retries == 3)
        #expect(plan.policies["wait-for-sync"]?.timeout == .seconds(7_200))
        #expect(
            plan.graph["approval"]?.title
                == "Cut over to Dragonfly? Writes are held back for about 0.4 s, and each client is disconnected once.")
    }

    @Test func `a plan without Sentinels asks none`() throws {
        let plan = try compiled("plain-replication")
        let preflight = preflight(plan)
        #expect(!preflight.contains("preflight/quorum"))
        #expect(
            lines(plan)
                == preflight.map { "\($0) check" } + [
                    "replicaof effect: " + preflight.joined(separator: " "),
                    "wait-for-sync wait: replicaof",
                    "data/target-follows check: wait-for-sync",
                    "data/key-count check: wait-for-sync",
                    "data/unchanged check: wait-for-sync",
                    "approval gate: data/target-follows data/key-count data/unchanged",
                    "failover point-of-no-return: approval",
                    "point-applications effect: failover",
                    "cutover/target-primary check: point-applications",
                    "cutover/target-writable check: point-applications",
                    "cutover/source-retired check: point-applications",
                    "cutover/files-written check: point-applications",
                ])
    }

    @Test func `keys are compared while a person thinks`() throws {
        let plan = try compiled("three-sentinels")
        #expect(plan.graph["data/content"]?.needs == ["synced"])
        #expect(plan.graph["approval"]?.needs == ["synced"])
        #expect(
            plan.graph["failover"]?.needs == ["data/target-follows", "data/content", "data/unchanged", "approval"])
        #expect(plan.graph["cutover/sentinels-switched"]?.step == "cutover")
        #expect(plan.graph["cutover/sentinels-switched"]?.kind == "verify")
    }

    @Test(arguments: ["sentinel-promotion", "plain-replication", "three-sentinels", "tls-acl", "watched-move"])
    func `every node has an operation and a policy, and a check that is off has none`(_ name: String) throws {
        let plan = try compiled(name)
        #expect(Set(plan.graph.nodes.map(\.id)) == Set(plan.policies.keys))
        #expect(Set(plan.graph.nodes.map(\.id)) == Set(plan.makers.keys))
    }

    @Test func `a check that the plan turns off is not asked, and what needs the step waits for the rest`() throws {
        let text = try String(contentsOfPlan: "\(Self.folder)/plain-replication.yaml")
        let ids = PreflightCatalogue.declarations.map(\.id)
        func plan(withOff ids: [String]) throws -> CompiledPlan {
            let off = ids.map { "\($0): off" }.joined(separator: ", ")
            return CompiledPlan(try .read(text.replacing("preflight: {}", with: "preflight: { \(off) }")))
        }
        let first = try plan(withOff: ids.filter { $0 != "reachable" })
        #expect(first.graph.nodes.first?.id == "preflight/reachable")
        #expect(first.graph["replicaof"]?.needs == ["preflight/reachable"])
        let bare = try plan(withOff: ids)
        #expect(bare.graph.nodes.first?.id == "replicaof")
        #expect(bare.graph["replicaof"]?.needs == [])
    }

    @Test func `a step may need one that stands below it`() throws {
        let text = try String(contentsOfPlan: "\(Self.folder)/plain-replication.yaml")
        let steps = try #require(text.range(of: "steps:\n"))
        let plan = CompiledPlan(
            try .read(
                text[..<steps.lowerBound] + """
                    steps:
                      - replicaof: { needs: [questions] }
                      - preflight: { id: questions, needs: [], memory: off }

                    """))
        let checks = plan.graph.nodes.map(\.id).filter { $0.step == "questions" }
        #expect(checks.first == "questions/reachable")
        #expect(plan.graph.nodes.map(\.id) == checks + ["replicaof"])
        #expect(plan.graph["replicaof"]?.needs == checks)
    }

    @Test func `the catalogue's ids are unique and told as claims`() {
        let declarations = PreflightCatalogue.declarations
        #expect(Set(declarations.map(\.id)).count == declarations.count)
        #expect(
            declarations.allSatisfy {
                !$0.title.isEmpty && !$0.title.hasSuffix(".")
            })
    }
}

extension String {
    fileprivate init(contentsOfPlan path: String) throws { self = try SourceFile.load(path: path).text }
}
