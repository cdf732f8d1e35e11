import FoundationEssentials
import Glibc
import PlanGraph
import Testing

@testable import Execution

struct StateFileTests {
    private let folder: TemporaryFolder
    private let file: StateFile
    private let state = RunState(for: StepGraph([("look", .check, []), ("follow", .effect, ["look"])]))

    init() throws {
        folder = try TemporaryFolder()
        file = StateFile(path: folder.path("prod.state.json"))
    }

    private func refusal(of text: String, mode: Int = 0o600) throws -> StoreFailure? {
        try folder.write(text, to: "prod.state.json", mode: mode)
        let error = #expect(throws: StoreFailure.self) { try file.read() }
        #expect(folder.text("prod.state.json") == text, "a file that is refused is left as it is")
        #expect(error?.help.isEmpty == false)
        return error
    }

    private var text: String { String(decoding: StateDocument.encode(state), as: UTF8.self) }

    @Test(arguments: [
        ("plans/prod.yaml", "plans/prod.state.json"), ("prod.yml", "prod.state.json"), ("prod", "prod.state.json"),
        ("plans/.yaml", "plans/.yaml.state.json"),
    ]) func `it lies beside the plan`(plan: String, expected: String) {
        #expect(StateFile.path(forPlan: plan) == expected)
    }

    @Test func `what is written is what is read`() throws {
        var state = RunState.maximal
        try file.write(state)
        #expect(try file.read() == state)
        state.serial += 1
        try file.write(state)
        #expect(try file.read() == state)
        #expect(folder.names == ["prod.state.json"])
    }

    @Test func `what a crash left half written is no obstacle`() throws {
        try folder.write("{\"form", to: ".\(getpid()).prod.state.json.tmp")
        try file.write(state)
        #expect(folder.names == ["prod.state.json"])
    }

    @Test func `what dead processes left half written goes, and what a living one writes stays`() async throws {
        for name in [".4194305.prod.state.json.tmp", ".1.prod.state.json.tmp", ".4194305.other.state.json.tmp"] {
            try folder.write("{\"form", to: name)
        }
        let lease = try await FileStore(path: file.path, holder: .thisProcess(since: .now)).hold()
        #expect(
            folder.names == [".1.prod.state.json.tmp", ".4194305.other.state.json.tmp", "prod.state.json.lock"])
        await lease.release()
    }

    @Test func `a file that is not there says how to begin`() throws {
        let error = #expect(throws: StoreFailure.self) { try file.read() }
        #expect(error?.code == .missing)
        #expect(!FileManager.default.fileExists(atPath: file.path))
        #expect(error?.what == "there is no state file '\(file.path)': no run of this plan has begun here")
    }

    @Test func `a file that was cut off is refused, wherever the cut is`() throws {
        let bytes = Array(text.utf8)
        for length in stride(from: 1, to: bytes.count - 2, by: 7) {
            let error = try refusal(of: String(decoding: bytes[..<length], as: UTF8.self))
            #expect(error?.code == .corrupted)
            #expect(error?.what.contains("it ends in the middle, in line ") == true, "\(length): \(error?.what ?? "")")
        }
    }

    @Test func `a damaged file is refused with the place`() throws {
        #expect(try refusal(of: "")?.what.hasSuffix("is damaged: it is empty") == true)
        let garbled = text.replacing("\"attempts\" : 0,", with: "\"attempts\" : 0;", maxReplacements: 1)
        #expect(
            try refusal(of: garbled)?.what.hasSuffix("it stops being JSON in line 6, column 21") == true)
        #expect(try refusal(of: "[]")?.what.hasSuffix("the text as a whole is not what belongs there") == true)
        #expect(try refusal(of: "{}")?.what.hasSuffix("'format' is missing") == true)
        #expect(try refusal(of: "{\"format\": 0}")?.what.hasSuffix("'format' is 0") == true)
        #expect(try refusal(of: "{\"format\": 1}")?.what.hasSuffix("'lineage' is missing") == true)
    }

    @Test func `a status that nobody knows is refused with the place`() throws {
        let odd = text.replacing("\"status\" : \"pending\"", with: "\"status\" : \"lost\"", maxReplacements: 1)
        let error = try refusal(of: odd)
        #expect(error?.code == .corrupted)
        #expect(error?.what.hasSuffix("'nodes[0].status' is not what belongs there") == true)
    }

    @Test(arguments: ["", "look/", "a/b/c", "look\u{202E}", "look at it"])
    func `a node that no plan can have is refused with the place`(id: String) throws {
        let error = try refusal(of: text.replacing("\"look\"", with: "\"\(id)\""))
        #expect(error?.code == .corrupted)
        #expect(error?.what.hasSuffix("'nodes[0].id' is not what belongs there") == true)
    }

    @Test func `a node that is there twice is refused`() throws {
        let error = try refusal(of: text.replacing("\"follow\"", with: "\"look\""))
        #expect(error?.what.hasSuffix("it holds the step 'look' twice") == true)
    }

    @Test func `a newer format is refused, whatever else it says`() throws {
        let error = try refusal(of: "{\"format\": 2, \"nodes\": \"elsewhere\"}")
        #expect(error?.code == .newerFormat)
        #expect(error?.what.hasSuffix("has format 2; this planrun reads up to 1") == true)
    }

    @Test func `a file that everybody can write is refused`() throws {
        #expect(try refusal(of: text, mode: 0o666)?.code == .unsafePermissions)
    }

    @Test func `a folder in its place is refused`() throws {
        try FileManager.default.createDirectory(atPath: file.path, withIntermediateDirectories: false)
        #expect(
            #expect(throws: StoreFailure.self) { try file.write(state) }?.what
                == "the state file '\(file.path)' is a folder")
        #expect(#expect(throws: StoreFailure.self) { try file.read() }?.code == .notWritable)
    }

    @Test func `a symbolic link in its place is refused, and what it points to is not touched`() throws {
        try folder.write("precious", to: "elsewhere")
        try FileManager.default.createSymbolicLink(atPath: file.path, withDestinationPath: folder.path("elsewhere"))
        let error = #expect(throws: StoreFailure.self) { try file.write(state) }
        #expect(error?.what == "the state file '\(file.path)' is a symbolic link")
        #expect(#expect(throws: StoreFailure.self) { try file.read() }?.what == error?.what)
        #expect(folder.text("elsewhere") == "precious")
    }

    @Test func `a folder that is not there is refused before anything runs`() async {
        var bench = Bench(graph: StepGraph([("look", .check, [])]))
        bench.operations["look"] = FakeOperation(onInspect: { _ in
            Issue.record("a step ran without a record")
            return .done("")
        })
        let file = StateFile(path: folder.path("missing/prod.state.json"))
        let outcome = await bench.executor(PlainLease(file: file)).run(
            bench.fresh, interrupts: bench.interrupts.stream())
        guard case .stateWriteFailed(let error) = outcome.ending else {
            Issue.record("\(outcome.ending)")
            return
        }
        #expect(error.code == .notWritable)
        #expect(error.what == "the state file '\(file.path)' cannot be written: no such file or directory")
        #expect(error.help.first == "create the folder, or name another place with '--state PATH'")
    }

    @Test func `a folder that takes no files is said so`() {
        // Not even root can create a file in /proc.
        let error = #expect(throws: StoreFailure.self) { try StateFile(path: "/proc/prod.state.json").write(state) }
        #expect(error?.code == .notWritable)
    }

    @Test func `only its owner can read it`() throws {
        try file.write(state)
        #expect(FileStatus(ofLink: file.path)?.permissions == 0o600)
    }
}
