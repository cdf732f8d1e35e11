import FoundationEssentials
import JSONSchemas
import PlanGraph
import Testing

@testable import Execution

struct StateSchemaTests {
    private let schema: JSONSchema
    private let maximal: StateValue

    init() throws {
        let path = URL(filePath: #filePath).deletingLastPathComponent().appending(
            path: "../../schemas/state.schema.json")
        schema = try JSONSchema(path: path.path)
        maximal = try JSONDecoder().decode(StateValue.self, from: Data(StateDocument.encode(.maximal)))
    }

    private func isRead(_ value: StateValue) throws -> Bool {
        let bytes = [UInt8](try JSONEncoder().encode(value))
        return (try? StateDocument(path: "run.state.json", bytes: bytes).state()) != nil
    }

    @Test func `the schema accepts what is written`() {
        #expect(schema.mistakes(in: maximal) == [])
    }

    @Test(arguments: [
        ("#", []), ("#/definitions/node", ["nodes"]), ("#/definitions/result", ["nodes", "result"]),
        ("#/definitions/failure", ["nodes", "error"]), ("#/definitions/leftover", ["leftovers"]),
        ("#/definitions/formerPlan", ["formerPlans"]), ("#/definitions/curve", ["nodes", "curves", "lagBytes"]),
        ("#/definitions/halt", ["halt"]), ("#/definitions/holder", ["carriedOutBy"]),
        ("#/definitions/node/properties/curves", ["nodes", "curves"]),
    ]) func `every key that is written is in the schema, and every key of the schema is written`(
        definition: String, path: [String]
    ) throws {
        guard case .object(let properties) = try #require(schema.definition(definition)?["properties"]),
            case .object(let members) = maximal.at(path)
        else { throw TestFailure() }
        #expect(properties.keys.sorted() == members.keys.sorted())
    }

    @Test func `every key of an earlier run is in the schema and in the record, if only of one of them`() throws {
        guard case .object(let properties) = try #require(schema.definition("#/definitions/earlierRun")?["properties"])
        else { throw TestFailure() }
        let members = (maximal["history"]?.array ?? []).flatMap { run -> [String] in
            if case .object(let members) = run { Array(members.keys) } else { [] }
        }
        #expect(properties.keys.sorted() == Set(members).sorted())
    }

    @Test func `the reader needs the keys that the schema requires, and no others`() throws {
        for (path, key) in maximal.members() {
            let without = maximal.removing(key, at: path)
            #expect(
                try isRead(without) == (schema.mistakes(in: without) == []),
                "without \(path.joined(separator: ".")).\(key)")
        }
    }

    @Test func `the schema knows the words of the reader`() {
        let words = { (reference: String) in schema.definition(reference)?["enum"]?.array?.compactMap(\.string) }
        #expect(words("#/properties/status") == RunState.Status.allCases.map(\.rawValue))
        #expect(words("#/definitions/node/properties/status") == RunState.Node.Status.allCases.map(\.rawValue))
        #expect(words("#/definitions/result/properties/verdict") == ["passed", "warned"])
        #expect(schema.definition("#/properties/format/const")?.int == Int64(RunState.newestFormat))
    }

    @Test(arguments: [
        ("status", StateValue.string("lost")), ("startedAt", .string("yesterday")), ("serial", .string("7")),
        ("nodes", .object([:])), ("format", .int(2)), ("plan", .null),
    ]) func `what the schema refuses the reader refuses`(key: String, value: StateValue) throws {
        guard case .object(var members) = maximal else { throw TestFailure() }
        members[key] = value
        #expect(schema.mistakes(in: .object(members)).count == 1)
        #expect(try !isRead(.object(members)))
    }

    @Test func `a state on its way fits the schema at every checkpoint`() async throws {
        let bench = Bench(graph: .init([("look", .check, []), ("follow", .effect, ["look"])]))
        _ = await bench.rollBack(await bench.run().state)
        for state in bench.store.written {
            let value = try JSONDecoder().decode(StateValue.self, from: Data(StateDocument.encode(state)))
            #expect(schema.mistakes(in: value) == [])
        }
    }
}

private struct TestFailure: Error {}

extension StateValue {
    /// The value at the end of a path. Of a list, the first element is taken.
    fileprivate func at(_ path: [String]) -> StateValue? {
        let value = array?.first ?? self
        guard let key = path.first else { return value }
        return value[key]?.at(Array(path.dropFirst()))
    }

    /// Every key with the path to its object. Keys inside of `undo` and `facts` are left out: operations choose them.
    fileprivate func members(at path: [String] = []) -> [(path: [String], key: String)] {
        switch self {
        case .object(let members):
            members.sorted { $0.key < $1.key }.flatMap { key, value in
                [(path, key)] + (["undo", "facts"].contains(key) ? [] : value.members(at: path + [key]))
            }
        case .array(let values): values.first?.members(at: path) ?? []
        case .null, .bool, .int, .double, .string: []
        }
    }

    fileprivate func removing(_ key: String, at path: [String]) -> StateValue {
        switch self {
        case .array(let values): return .array(values.map { $0.removing(key, at: path) })
        case .object(var members):
            if let next = path.first {
                members[next] = members[next]?.removing(key, at: Array(path.dropFirst()))
            } else {
                members[key] = nil
            }
            return .object(members)
        case .null, .bool, .int, .double, .string: return self
        }
    }
}
