import Dispatch
import Execution
import Glibc
import Rehearsal
import SystemPackage
import TestKit
import Testing

extension LiveTests {
    /// A run whose output nobody reads, like `planrun apply | less` that nobody scrolls.
    @Suite struct UnreadTests {
        /// Standard output is a pipe of 4 KiB that nobody reads until the run is over. The cutover is made and recorded
        /// meanwhile, and everything that was printed can be read afterwards.
        @Test(arguments: [[], ["--format", "json"]])
        func `a run that nobody reads cuts over, and is recorded as done`(options: [String]) async throws {
            try await withLab(.quick) { lab in
                let migration = try Migration(lab)
                try await migration.fill(keys: 500)
                try await migration.underLoad("nobody reads \(options)") { _ in
                    let (reader, writer) = try FileDescriptor.pipe()
                    // 1031 is F_SETPIPE_SZ on Linux.
                    try #require(fcntl(writer.rawValue, 1031, 4096) == 4096)
                    // The pipe is full before planrun prints anything.
                    try writer.writeAll([UInt8](repeating: UInt8(ascii: "-"), count: 4096))
                    async let exitCode = PlanrunProcess.exitCode(
                        ["apply", migration.plan, "--auto-approve"] + options, writingTo: writer)
                    try await eventually("the run is recorded as done", within: .seconds(60)) {
                        (try? migration.state().status) == .succeeded
                    }
                    try await lab.expectMigrated()
                    async let read = readAll(reader)
                    #expect(try await exitCode == 0)
                    try writer.close()
                    let text = await read
                    #expect(text.contains(options.isEmpty ? "ok failover: " : "\"type\":\"run-finished\""))
                    try reader.close()
                }
            }
        }

        /// Ctrl-S stops the terminal, so that whatever is printed there blocks until Ctrl-Q.
        @Test func `a terminal that is stopped does not stop the run`() async throws {
            try await withLab(.quick) { lab in
                let migration = try Migration(lab)
                try await migration.fill(keys: 500)
                try await migration.underLoad("the terminal is stopped", tellsGap: true) { _ in
                    try await PlanrunTerminal.run(["apply", migration.plan, "--auto-approve"]) { terminal in
                        try await terminal.see("carrying out")
                        try await terminal.type("\u{13}")
                        try await eventually("the run is recorded as done", within: .seconds(60)) {
                            (try? migration.state().status) == .succeeded
                        }
                        #expect(await !terminal.screen.contains("is the primary, and "))
                        try await terminal.type("\u{11}")
                        try await terminal.see("is the primary, and ")
                        #expect(try await terminal.exitCode() == 0)
                    }
                }
                try await lab.expectMigrated()
            }
        }
    }
}

/// Everything until the last writer has closed the pipe. Reading blocks, so it has a thread of its own.
private func readAll(_ reader: FileDescriptor) async -> String {
    await withCheckedContinuation { continuation in
        DispatchQueue(label: "reader").async {
            var bytes: [UInt8] = []
            var buffer = [UInt8](repeating: 0, count: 64 * 1024)
            while let count = try? buffer.withUnsafeMutableBytes({ try reader.read(into: $0) }), count > 0 {
                bytes += buffer[..<count]
            }
            continuation.resume(returning: String(decoding: bytes, as: UTF8.self))
        }
    }
}
