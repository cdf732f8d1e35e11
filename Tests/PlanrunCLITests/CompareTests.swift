import FoundationEssentials
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

    @Test(arguments: [
        ("", "is no checkpoint that this planrun has written, or a part of one"),
        (#"{"kind":"planrun-comparison","format":2}"#, "is no checkpoint that this planrun has written"),
        (
            #"{"kind":"planrun-comparison","format":1,"source":"10.0.0.1:6379","target":"10.0.0.9:1","mark":{}}"#,
            "is of a comparison of 10.0.0.1:6379 with 10.0.0.9:1"
        ),
        (
            #"{"kind":"planrun-comparison","format":1,"source":"10.0.0.1:6379","target":"10.0.0.2:6380","mark":{}}"#,
            "is of a comparison that wrote no file of differences"
        ),
    ]) func `a checkpoint of something else is refused, and stays as it is`(text: String, why: String) async throws {
        let desk = try Desk()
        try desk.write(text, to: "checkpoint.json")
        let printed = await Console().run(
            "compare", desk.plan, "--checkpoint", desk.path("checkpoint.json"), "--differences", desk.path("d.jsonl"))
        #expect(printed.status == .invalid)
        #expect(
            desk.without(printed.messages).hasPrefix("error[comparison-not-resumable]: 'checkpoint.json' \(why)"),
            "\(printed.messages)")
        #expect(desk.bytes("checkpoint.json").map { String(decoding: $0, as: UTF8.self) } == text)
    }

    @Test func `differences that were found before an interruption have to be there`() async throws {
        let desk = try Desk()
        try desk.write(
            #"{"kind":"planrun-comparison","format":1,"source":"10.0.0.1:6379","target":"10.0.0.2:6380","#
                + #""differences":4,"mark":{}}"#, to: "checkpoint.json")
        try desk.write("abc", to: "d.jsonl.partial")
        let command = [
            "compare", desk.plan, "--checkpoint", desk.path("checkpoint.json"), "--differences", desk.path("d.jsonl"),
        ]
        let refused = await Console().run(command)
        #expect(refused.status == .invalid)
        #expect(
            desk.without(refused.messages).hasPrefix(
                "error[comparison-not-resumable]: the differences that were found before the interruption are not in"),
            "\(refused.messages)")
        #expect(desk.bytes("d.jsonl.partial")?.count == 3)
        // What was written behind the checkpoint is found again.
        try desk.write("abcdefg", to: "d.jsonl.partial")
        let failed = await Console().run(command)
        #expect(failed.status == .failure)
        #expect(failed.messages.contains("= help: the same command goes on from '"))
        #expect(desk.bytes("d.jsonl.partial") == Data("abcd".utf8))
    }
}
