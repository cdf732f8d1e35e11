import Execution
import Glibc
import PlanGraph
import Testing

@testable import PlanrunCLI

/// A pipe that nobody reads until the test does.
private final class Pipe: Sendable {
    let reader: Int32
    let writer: Int32
    /// `F_SETPIPE_SZ` on Linux.
    private static let setSize: Int32 = 1031

    init() throws {
        var ends: [Int32] = [0, 0]
        try #require(pipe(&ends) == 0)
        (reader, writer) = (ends[0], ends[1])
        // The smallest possible pipe: it blocks a writer after one page.
        _ = fcntl(writer, Self.setSize, 4096)
    }

    deinit {
        Glibc.close(reader)
        Glibc.close(writer)
    }

    /// Reads until the text that was read ends with `end`.
    func read(until end: String) -> String {
        var text = ""
        while !text.hasSuffix(end) {
            let more = read(1)
            guard !more.isEmpty else { break }
            text += more
        }
        return text
    }

    func read(_ count: Int) -> String {
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 4096)
        while bytes.count < count {
            let found = Glibc.read(reader, &buffer, min(buffer.count, count - bytes.count))
            guard found > 0 else { break }
            bytes += buffer[..<found]
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}

/// Whoever prints does not wait for the reader.
struct OutletTests {
    @Test func `what nobody reads waits, in order, and whoever prints does not`() throws {
        let pipe = try Pipe()
        let outlet = Outlet(pipe.writer)
        #expect(!outlet.isBehind)
        let lines = (0..<10_000).map { "line \($0)\n" }
        for line in lines { outlet.write(line) }
        #expect(outlet.isBehind)
        // `flush` returns although nothing was read.
        outlet.flush(within: .milliseconds(1))
        let text = lines.joined()
        #expect(pipe.read(text.utf8.count) == text)
        outlet.flush()
        #expect(!outlet.isBehind)
    }

    @Test func `a reader that is gone is not waited for`() throws {
        Signals.ignoreBrokenPipes()
        var ends: [Int32] = [0, 0]
        try #require(pipe(&ends) == 0)
        close(ends[0])
        defer { close(ends[1]) }
        let outlet = Outlet(ends[1])
        outlet.write("nobody hears this")
        outlet.flush()
        #expect(!outlet.isBehind)
    }

    @Test func `a pipe that does not block is waited for all the same`() throws {
        let pipe = try Pipe()
        _ = fcntl(pipe.writer, F_SETFL, O_NONBLOCK)
        let outlet = Outlet(pipe.writer)
        let text = String(repeating: "0123456789", count: 5_000)
        outlet.write(text)
        #expect(pipe.read(text.utf8.count) == text)
    }

    /// The outputs are a terminal of that width, a pipe, and a pipe for JSON.
    @Test(arguments: [(80, []), (nil, []), (nil, ["--format", "json"])] as [(Int?, [String])])
    func `a run that nobody looks at comes to its end, and is recorded, and all of it can be read afterwards`(
        width: Int?, options: [String]
    ) async throws {
        let desk = try Desk(plan: Migration.plan.replacing("  - approval: Go on?\n", with: ""))
        let pipe = try Pipe()
        let outlet = Outlet(pipe.writer)
        // The pipe is full before the run prints anything.
        let before = String(repeating: "x", count: 8_192)
        outlet.write(before)
        let console = Console(servers: Migration().servers, width: width, outlet: outlet)
        let printed = await console.run(["apply", desk.plan] + options)
        #expect(printed.status == .success)
        #expect(try StateFile(path: desk.state).read().status == .succeeded)
        outlet.write("END")
        let text = pipe.read(until: "END")
        #expect(text.contains("done: 'small' was carried out in "))
        #expect(text.contains("replicaof"))
    }

    /// 20,000 events of a few hundred bytes each would take megabytes if all were kept.
    @Test func `progress is left out while nobody reads, and what must be read is not`() throws {
        let pipe = try Pipe()
        let outlet = Outlet(pipe.writer)
        let context = Console(outlet: outlet).context()
        let views: [any RunView] = [
            JSONRunView(context: context), PlainRunView(context: context),
            TerminalRunView(
                terminal: .init(width: 80, isColored: false) { outlet.write($0) }, isBehind: { outlet.isBehind }),
        ]
        for view in views {
            view.receive(RunEvent(at: .now, run: "L", .step("sync", attempt: 1, .started)))
            for number in 0..<20_000 {
                let progress = Progress("wait \(number)", now: String(repeating: ".", count: 100))
                view.receive(RunEvent(at: .now, run: "L", .step("sync", attempt: 1, .progress(progress))))
            }
            let result = StepResult("it is in sync")
            view.receive(
                RunEvent(
                    at: .now, run: "L", .step("sync", attempt: 1, .succeeded(result, took: .seconds(1), unchanged: nil))
                ))
            view.close()
        }
        outlet.write("END")
        let text = pipe.read(until: "END")
        #expect(text.utf8.count < 100_000)
        #expect(text.ranges(of: "it is in sync").count == views.count)
    }
}
