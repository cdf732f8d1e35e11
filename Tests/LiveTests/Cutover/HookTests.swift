import Execution
import FoundationEssentials
import Glibc
import PlanGraph
import Rehearsal
import SystemPackage
import TestKit
import Testing

extension LiveCutoverTests {
    /// Commands of `run` steps before and after a cutover, in the way that people would interrupt them.
    @Suite struct HookTests {
        @Test func `killed in the middle of a command, the command ends too, and resume asks its check`() async throws {
            try await withLab(.quick) { lab in
                let hooks = try Hooks(lab)
                let migration = try hooks.migration()
                let killed = try await PlanrunProcess.run(["apply", migration.plan, "--auto-approve"]) { process in
                    try await eventually("the command has begun") { hooks.notes.contains { $0.hasPrefix("hang ") } }
                    await process.send(SIGKILL)
                    return try await process.wait()
                }
                #expect(killed.signal == SIGKILL)
                try await eventually("neither the command nor its child is left") { try hooks.running == 0 }
                #expect(try migration.state()["hang"]?.status == .started)
                // The check says no: the command runs again, and this time it does not hang.
                try lab.folder.write("", to: "quick")
                let resumed = try await migration.planrun("resume", "--auto-approve")
                #expect(resumed.exitCode == 0, "\(resumed.standardOutput + resumed.standardError)")
                #expect(hooks.deeds == ["hang perform", "hang check", "hang perform", "after perform"])
                try await lab.expectMigrated()
            }
        }

        @Test func `at Ctrl-C a command is waited for, at the second it is ended; the way back undoes it`() async throws
        {
            try await withLab(.quick) { lab in
                let hooks = try Hooks(lab)
                let migration = try hooks.migration()
                let outcome = try await PlanrunProcess.run(["apply", migration.plan, "--auto-approve"]) { process in
                    try await eventually("the command has begun") { hooks.notes.contains { $0.hasPrefix("hang ") } }
                    await process.send(SIGINT)
                    try await process.line("that it stops") { $0.contains("stopping: ") }
                    #expect(try hooks.running > 0)
                    await process.send(SIGINT)
                    return try await process.wait()
                }
                #expect(outcome.exitCode == 3, "\(outcome.standardOutput + outcome.standardError)")
                try await eventually("nothing of the command is left") { try hooks.running == 0 }
                #expect(outcome.complaint.contains("stopped in the middle: 'hang'"))
                let back = try await migration.planrun("rollback")
                #expect(back.exitCode == 0, "\(back.standardOutput + back.standardError)")
                #expect(hooks.deeds == ["hang perform", "hang undo"])
            }
        }

        @Test func `one that fails after the cutover is tried again by resume, and the cutover is left alone`()
            async throws
        {
            try await withLab(.quick) { lab in
                let hooks = try Hooks(lab)
                let migration = try hooks.migration()
                try lab.folder.write("", to: "quick")
                try lab.folder.write("", to: "broken")
                let failed = try await migration.planrun("apply", "--auto-approve")
                #expect(failed.exitCode == 4, "\(failed.standardOutput + failed.standardError)")
                #expect(failed.complaint.contains("'after' failed:"))
                try FileManager.default.removeItem(atPath: lab.folder.path.appending("broken").string)
                let resumed = try await migration.planrun("resume", "--auto-approve")
                #expect(resumed.exitCode == 0, "\(resumed.standardOutput + resumed.standardError)")
                #expect(hooks.deeds == ["hang perform", "after perform", "after perform"])
                try await lab.expectMigrated()
            }
        }
    }
}

/// Two commands in the folder of a private world: one that hangs until the file `quick` is there, and one that fails as
/// long as the file `broken` is there. Both note what they do.
private struct Hooks: Sendable {
    let lab: Lab

    init(_ lab: Lab) throws {
        self.lab = lab
        try write(
            "hang.sh",
            """
            echo "hang $PLANRUN_PHASE $1" >> notes
            [ "$PLANRUN_PHASE" = check ] && exit 1
            [ "$PLANRUN_PHASE" = undo ] || [ -e quick ] && exit 0
            sleep 1000 &
            wait
            """)
        try write("after.sh", "echo \"after $PLANRUN_PHASE\" >> notes\n[ ! -e broken ]")
    }

    private func write(_ name: String, _ text: String) throws {
        let file = try lab.folder.write("#!/bin/sh\n\(text)\n", to: name)
        try FileManager.default.setAttributes([.posixPermissions: 0o700], ofItemAtPath: file.string)
    }

    func migration() throws -> Migration {
        var steps = Migration.steps()
        steps.insert(
            "run: { id: hang, command: [./hang.sh, \(lab.folder.path)], undo: [./hang.sh], check: [./hang.sh] }", at: 1)
        return try Migration(lab, steps: steps + ["run: { id: after, command: [./after.sh] }"])
    }

    var notes: [String] {
        let text = FileManager.default.contents(atPath: lab.folder.path.appending("notes").string)
        return String(decoding: text ?? Data(), as: UTF8.self).split(separator: "\n").map(String.init)
    }

    /// `hang perform`, `hang check`, … in order.
    var deeds: [String] { notes.map { $0.split(separator: " ").prefix(2).joined(separator: " ") } }

    /// How many processes of the command are left. Its last argument is the folder of this world, and its child runs in
    /// that folder.
    var running: Int {
        get throws {
            let folder = lab.folder.path.string
            return try FileManager.default.contentsOfDirectory(atPath: "/proc").filter { name in
                guard Int32(name) != nil,
                    let words = FileManager.default.contents(atPath: "/proc/\(name)/cmdline").map({
                        String(decoding: $0, as: UTF8.self)
                    })
                else { return false }
                let place = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/\(name)/cwd")
                return words.contains("hang.sh") || place == folder && words.hasPrefix("sleep")
            }.filter { name in
                (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/\(name)/cwd")) == folder
            }.count
        }
    }
}
