import Glibc
import Testing

@testable import PlanrunCLI

struct LostOutputTests {
    @Test func `what a full device takes not is told in the words of the system`() throws {
        let full = open("/dev/full", O_WRONLY)
        try #require(full >= 0)
        defer { close(full) }
        let outlet = Outlet(full)
        #expect(outlet.lossInWords == nil)
        outlet.write("lost\n")
        #expect(outlet.lossInWords == "no space left on device")
    }

    @Test func `a reader that went away is no loss`() throws {
        Signals.ignoreBrokenPipes()
        var ends: [Int32] = [0, 0]
        try #require(pipe(&ends) == 0)
        defer { close(ends[1]) }
        close(ends[0])
        let outlet = Outlet(ends[1])
        outlet.write("unread\n")
        #expect(outlet.lossInWords == nil)
    }

    @Test(arguments: [["schema"], ["check", "--list"], ["graph"], ["validate"], ["--help"]])
    func `data that could not be written is a failure`(_ arguments: [String]) async throws {
        let desk = try Desk()
        let isOfPlan = ["graph", "validate"].contains(arguments[0])
        let console = Console(outputLoss: "no space left on device")
        let printed = await console.run(arguments + (isOfPlan ? [desk.plan] : []))
        #expect(printed.status == .failure)
        #expect(
            printed.messages == """
                error[output-lost]: what was to be printed could not be written: no space left on device
                  = help: make room where standard output goes, or send it elsewhere

                """)
    }

    @Test func `what was done to the servers counts, heard or not`() async throws {
        let (heard, unheard) = (try Desk(), try Desk())
        let status = await Console(servers: Migration().servers).run("apply", heard.plan, "--auto-approve").status
        let console = Console(servers: Migration().servers, outputLoss: "no space left on device")
        #expect(await console.run("apply", unheard.plan, "--auto-approve").status == status)
        #expect(status == .success)
    }

    @Test func `too few files are told before anything is opened`() {
        #expect(OpenFiles.refusal(limit: UInt64(OpenFiles.needed)) == nil)
        let refusal = OpenFiles.refusal(limit: 16)
        #expect(
            refusal?.text(CommandContext.MessageStyle()) == """
                error[too-few-files]: this process may have 16 files and connections open at a time, and planrun needs \
                \(OpenFiles.needed)
                  = help: raise the limit and run it again: ulimit -n 1024
                """)
    }
}
