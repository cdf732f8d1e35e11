import Testing

@testable import PlanrunCLI

struct ArgumentTests {
    private static let verbs = [
        "init", "validate", "lint", "fmt", "diff", "plan", "check", "compare", "apply", "resume", "rollback", "status",
        "graph", "runbook",
        "rehearse",
        "schema",
    ]

    @Test func `help names every verb and every exit code`() async {
        let printed = await Console().run("--help")
        #expect(printed.status == .success)
        #expect(printed.messages == "")
        for verb in Self.verbs { #expect(printed.output.contains("\n  \(verb) ")) }
        for code in 0...4 { #expect(printed.output.contains("\n  \(code)  ")) }
    }

    @Test func `help fits a terminal of 80 columns`() async {
        for arguments in [["--help"]] + Self.verbs.map({ [$0, "--help"] }) {
            let printed = await Console(width: 80).run(arguments)
            #expect(printed.status == .success)
            // ArgumentParser writes the line of usage itself, and does not break it.
            let lines = printed.output.split(separator: "\n").filter { !$0.hasPrefix("USAGE:") }
            #expect(lines.allSatisfy { $0.count <= 80 }, "\(arguments)")
        }
    }

    @Test func `without a verb there is help`() async {
        let printed = await Console().run()
        #expect(printed.status == .success)
        #expect(printed.output.hasPrefix("OVERVIEW: Move a live Redis"))
    }

    @Test func `a verb that does not exist is named, and so is the one that was meant`() async {
        #expect(
            await Console().run("aply", "plan.yaml")
                == Console.Printed(
                    status: .invalid, output: "",
                    messages: """
                        error[unknown-verb]: planrun has no verb 'aply'
                          = help: did you mean 'apply'?
                          = help: planrun --help   what each of them does

                        """))
    }

    @Test(arguments: [
        ["apply"], ["apply", "a.yaml", "b.yaml"], ["plan", "a.yaml", "--format", "xml"],
        ["plan", "--offlin", "a.yaml"],
        ["rehearse", "a.yaml", "--writers", "0"], ["rehearse", "a.yaml", "--keys", "many"],
        ["lint"], ["fmt"], ["diff", "a.yaml"], ["diff", "-", "-"], ["lint", "--fix", "-"],
        ["rollback", "a.yaml", "--auto-approve"], ["schema", "a.yaml"], ["--wrong"],
    ])
    func `wrong arguments end with 2 and say how it is meant, on standard error`(arguments: [String]) async {
        let printed = await Console().run(arguments)
        #expect(printed.status == .invalid)
        #expect(printed.output == "")
        #expect(printed.messages.hasPrefix("Error: "))
        #expect(printed.messages.contains("Usage: planrun"))
    }

    @Test func `the version is data`() async {
        #expect(
            await Console().run("--version")
                == Console.Printed(status: .success, output: "planrun 0.1.0\n", messages: ""))
    }

    @Test func `colours need a terminal, and neither --no-color nor NO_COLOR`() {
        #expect(CommandContext.allowsColor(isPlain: false, [:]))
        #expect(CommandContext.allowsColor(isPlain: false, ["NO_COLOR": ""]))
        #expect(!CommandContext.allowsColor(isPlain: false, ["NO_COLOR": "1"]))
        #expect(!CommandContext.allowsColor(isPlain: true, [:]))
    }

    @Test func `--no-color takes the colours out`() async {
        let path = "\(repository)plans/sentinel-promotion.yaml"
        let colored = await Console(width: 80, isColored: true).run("plan", "--offline", path)
        let plain = await Console(width: 80, isColored: true).run("plan", "--offline", "--no-color", path)
        #expect(colored.output.contains("\u{1B}["))
        #expect(!plain.output.contains("\u{1B}"))
    }
}
