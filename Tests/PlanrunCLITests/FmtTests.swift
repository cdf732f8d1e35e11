import Testing

@testable import PlanrunCLI

struct FmtTests {
    private static let formatted = """
        # what it is for
        version: 1
        name: small
        source: { address: 10.0.0.1:6379, engine: redis }
        target: { address: 10.0.0.2:6379, engine: redis }
        steps:
          - preflight: {} # all

        """
    private static let loose = formatted.replacing(
        "{ address: 10.0.0.1:6379, ", with: "{address: '10.0.0.1:6379',\n   "
    )
    .replacing("  - preflight", with: "- preflight")

    @Test func `a file is written once, and then left alone`() async throws {
        let desk = try Desk(plan: Self.loose)
        let first = await Console().run("fmt", desk.plan)
        #expect(first == Console.Printed(status: .success, output: "\(desk.plan): formatted\n", messages: ""))
        #expect(desk.bytes("plan.yaml").map { String(decoding: $0, as: UTF8.self) } == Self.formatted)
        let second = await Console().run("fmt", desk.plan)
        #expect(second == Console.Printed(status: .success, output: "", messages: ""))
    }

    @Test func `--check names what is not formatted, and changes nothing`() async throws {
        let desk = try Desk(plan: Self.loose)
        let printed = await Console().run("fmt", "--check", desk.plan)
        #expect(printed == Console.Printed(status: .failure, output: "\(desk.plan)\n", messages: ""))
        #expect(desk.bytes("plan.yaml").map { String(decoding: $0, as: UTF8.self) } == Self.loose)
        try desk.write(Self.formatted, to: "plan.yaml")
        #expect(await Console().run("fmt", "--check", desk.plan).status == .success)
    }

    @Test func `--diff shows what would change`() async throws {
        let desk = try Desk(plan: Self.loose)
        let printed = await Console().run("fmt", "--diff", desk.plan)
        #expect(printed.status == .success)
        #expect(
            desk.without(printed.output) == """
                --- a/plan.yaml
                +++ b/plan.yaml
                @@ -1,8 +1,7 @@
                 # what it is for
                 version: 1
                 name: small
                -source: {address: '10.0.0.1:6379',
                -   engine: redis }
                +source: { address: 10.0.0.1:6379, engine: redis }
                 target: { address: 10.0.0.2:6379, engine: redis }
                 steps:
                -- preflight: {} # all
                +  - preflight: {} # all

                """)
        #expect(await Console().run("fmt", "--diff", "--check", desk.plan).status == .failure)
        #expect(desk.bytes("plan.yaml").map { String(decoding: $0, as: UTF8.self) } == Self.loose)
    }

    @Test func `standard input goes to standard output`() async throws {
        let printed = await Console(piped: Self.loose).run("fmt", "-")
        #expect(printed == Console.Printed(status: .success, output: Self.formatted, messages: ""))
    }

    @Test func `a plan with mistakes is not touched`() async throws {
        let desk = try Desk(plan: "version: 1\nname:   x\n")
        let printed = await Console().run("fmt", desk.plan)
        #expect(printed.status == .invalid)
        #expect(printed.messages.contains("error[missing-key]"))
        #expect(desk.bytes("plan.yaml").map { String(decoding: $0, as: UTF8.self) } == "version: 1\nname:   x\n")
    }

    @Test func `hunks far from each other stand apart`() {
        let lines = (1...20).map { "\($0)\n" }.joined()
        let diff = LineDiff(lines, lines.replacing("\n2\n", with: "\ntwo\n").replacing("\n18\n", with: "\n"))
        #expect(
            diff.unified(path: "x") == """
                --- a/x
                +++ b/x
                @@ -1,5 +1,5 @@
                 1
                -2
                +two
                 3
                 4
                 5
                @@ -15,6 +15,5 @@
                 15
                 16
                 17
                -18
                 19
                 20
                """)
    }
}
