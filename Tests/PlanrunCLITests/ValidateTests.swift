import Testing

@testable import PlanrunCLI

struct ValidateTests {
    private static let broken = """
        version: 1
        name: broken
        source: { address: 10.0.0.1:6379, engine: redis }
        target: { address: 10.0.0.2:6380, engine: redis }
        steps:
          - preflite: {}
          - approval: Go on?
            needs: [sync]

        """

    @Test func `a good plan is one line of data`() async throws {
        let desk = try Desk()
        let printed = await Console().run("validate", desk.plan)
        #expect(printed.status == .success)
        #expect(desk.without(printed.output) == "plan.yaml: ok, 'small', 3 steps\n")
        #expect(printed.messages == "")
    }

    @Test func `every mistake of every file is shown, and 2 is the exit code`() async throws {
        let desk = try Desk()
        try desk.write(Self.broken, to: "broken.yaml")
        let printed = await Console().run("validate", desk.plan, desk.path("broken.yaml"), desk.path("missing.yaml"))
        #expect(printed.status == .invalid)
        #expect(desk.without(printed.output) == "plan.yaml: ok, 'small', 3 steps\n")
        #expect(
            desk.without(printed.messages) == """
                broken.yaml:6:5: error[unknown-step-kind]: there is no step kind 'preflite'
                  │
                6 │   - preflite: {}
                  │     ^^^^^^^^
                  = help: did you mean 'preflight'?

                broken.yaml:8:13: error[unknown-step]: step 'approval' needs 'sync', which this plan does not define
                  │
                8 │     needs: [sync]
                  │             ^^^^ no step has this id

                missing.yaml: error[file-not-found]: there is no such file
                 = help: check the path; it is relative to the folder you are in

                3 errors

                """)
    }

    @Test func `as JSON all findings are one list on standard output`() async throws {
        let desk = try Desk()
        let good = await Console().run("validate", "--format", "json", desk.plan)
        #expect(good == Console.Printed(status: .success, output: "[\n\n]\n", messages: ""))
        let bad = await Console().run("validate", "--format", "json", desk.path("missing.yaml"))
        #expect(bad.status == .invalid)
        #expect(bad.messages == "")
        #expect(
            desk.without(bad.output) == """
                [
                  {
                    "code" : "file-not-found",
                    "help" : [
                      "check the path; it is relative to the folder you are in"
                    ],
                    "labels" : [

                    ],
                    "message" : "there is no such file",
                    "path" : "missing.yaml",
                    "severity" : "error"
                  }
                ]

                """)
    }

    @Test func `a folder and an empty file are told apart from a plan`() async throws {
        let desk = try Desk()
        try desk.write("", to: "empty.yaml")
        let printed = await Console().run("validate", desk.path, desk.path("empty.yaml"))
        #expect(printed.status == .invalid)
        #expect(
            printed.messages.replacing(desk.path, with: "folder") == """
                folder: error[file-unreadable]: this is a folder, not a file
                 = help: name the file in it

                folder/empty.yaml: error[empty-file]: this file is empty
                 = help: a plan begins with 'version: 1'

                2 errors

                """)
    }
}
