import Testing

@testable import PlanrunCLI

struct CompareTests {
    @Test func `servers that do not answer are an error, and no result`() async throws {
        let desk = try Desk()
        let printed = await Console().run("compare", desk.plan)
        #expect(printed.status == .failure)
        #expect(printed.output == "")
        #expect(printed.messages.hasPrefix("error[connection-refused]: 10.0.0."))
    }

    @Test(arguments: [
        ["--sample", "0"], ["--examples", "-1"], ["--commands-per-second", "0"], ["--bytes-per-second", "50"],
        ["--bytes-per-second", "0B"],
    ])
    func `limits that say nothing are refused`(options: [String]) async throws {
        let desk = try Desk()
        let printed = await Console().run(["compare", desk.plan] + options)
        #expect(printed.status == .invalid)
        #expect(printed.messages.hasPrefix("Error: "))
    }

    @Test func `a file that cannot be written is told before a server is asked`() async throws {
        let desk = try Desk()
        let printed = await Console().run("compare", desk.plan, "--differences", desk.path("nowhere/differences"))
        #expect(printed.status == .invalid)
        #expect(
            desk.without(printed.messages).hasPrefix(
                "error[file-not-written]: 'nowhere/differences' could not be written"))
        #expect(printed.output == "")
    }
}
