import Diagnostics
import Testing
import YAMLTree

struct YAMLLimitTests {
    @Test func `depth is limited, and the limit is a depth that is read`() {
        func nested(_ depth: Int) -> String {
            String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
        }
        #expect(mistakes(nested(4), limits: YAMLLimits(depth: 4)) == [])
        #expect(mistakes(nested(5), limits: YAMLLimits(depth: 4)) == ["too-deep 1:5"])
        let message = parse(nested(65)).diagnostics.first?.message
        #expect(message == "lists and mappings are nested more than 64 deep, the most that is read")
    }

    @Test func `a million brackets end at the limit`() {
        #expect(mistakes(String(repeating: "[", count: 1_000_000)).map { $0.prefix(8) } == ["too-deep"])
        #expect(mistakes(String(repeating: "{a: ", count: 200_000)).map { $0.prefix(8) } == ["too-deep"])
        #expect(mistakes(String(repeating: "- ", count: 200_000)).map { $0.prefix(8) } == ["too-deep"])
    }

    @Test func `the number of values is limited, and the message says how many`() {
        let text = "[1, 2, 3]"
        #expect(mistakes(text, limits: YAMLLimits(nodes: 4)) == [])
        #expect(mistakes(text, limits: YAMLLimits(nodes: 3)) == ["too-many-nodes 1:8"])
        #expect(
            parse(text, limits: YAMLLimits(nodes: 3)).diagnostics.first?.message
                == "this file holds more than 3 keys and values, the most that is read")
    }

    @Test func `aliases are expanded within a budget`() {
        let text = "[&x [1, 2], *x, *x]"
        #expect(mistakes(text, limits: YAMLLimits(aliasedNodes: 6)) == [])
        #expect(mistakes(text, limits: YAMLLimits(aliasedNodes: 5)) == ["too-many-aliases 1:17"])
    }

    @Test func `a bomb of aliases is found before it goes off`() {
        let levels = (1...30).map { level in
            "l\(level): &l\(level) [" + Array(repeating: "*l\(level - 1)", count: 10).joined(separator: ", ") + "]\n"
        }
        let (root, diagnostics) = parse("l0: &l0 lol\n" + levels.joined())
        #expect(root == nil)
        #expect(diagnostics.map(\.code) == [.tooManyAliases])
        #expect(diagnostics.first?.message == "aliases stand for more than 10000 values, the most that is read")
    }

    @Test func `a long list is no deep one`() {
        let text = String(repeating: "- a: 1\n", count: 10_000)
        #expect(parse(text).root?.elements?.count == 10_000)
    }
}
