/// The way back of the built `planrun`, after its cutover.
struct PlanrunReturn: CutoverProcedure {
    let cutover: PlanrunCutover

    var name: String { "\(cutover.name), going back" }
    var leastSentinels: Int { cutover.leastSentinels }

    func prepare(in world: CutoverWorld) async throws {
        _ = try await cutover.carryOut(in: world)
        try await world.waitUntilOnlyTargetIsPrimary()
    }

    func carryOut(in world: CutoverWorld) async throws -> CutoverAccount {
        try await cutover.planrun(in: world, "rollback")
    }

    func waitForEnd(in world: CutoverWorld) async throws { try await world.waitUntilSentinels(name: world.source) }
}
