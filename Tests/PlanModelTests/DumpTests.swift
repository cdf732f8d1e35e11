import Diagnostics
import PlanModel
import Testing
@Test func dumpAll() {
    for f in Fixture.all("invalid") { print("#### \(f.name)\n" + TextRenderer().render(f.read().diagnostics).replacing(Fixture.folder, with: "")) }
    print(PlanSchema.json(checks: Fixture.checks))
}
