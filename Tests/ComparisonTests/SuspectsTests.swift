import NIOCore
import Testing

@testable import Comparison

struct SuspectsTests {
    private var suspects = Suspects()
    private let key = ByteBuffer(string: "a")

    init() { suspects.add(database: 3, key: key) }

    private mutating func look(_ observation: Suspects.Observation) throws -> Suspects.Verdict? {
        let round = suspects.round()
        return suspects.judge(try #require(round?.suspects.first), observation)
    }

    @Test mutating func `a key that differs in two rounds in a row is a difference`() throws {
        #expect(try look(.differs(.value)) == nil)
        #expect(try look(.differs(.value)) == .difference(.value))
        #expect(suspects.open.isEmpty)
    }

    @Test mutating func `a key that agrees at any look is the same`() throws {
        #expect(try look(.differs(.missing)) == nil)
        #expect(try look(.same) == .same)
        #expect(suspects.open.isEmpty)
    }

    @Test mutating func `a key that differs in another way each time goes on`() throws {
        #expect(try look(.differs(.missing)) == nil)
        #expect(try look(.differs(.value)) == nil)
        #expect(try look(.changing) == nil)
        #expect(try look(.differs(.value)) == nil)
        #expect(try look(.differs(.value)) == .difference(.value))
    }

    @Test mutating func `a key that never stands still is given up`() throws {
        for _ in 1..<10 { #expect(try look(.changing) == nil) }
        #expect(try look(.changing) == .unsettled)
        #expect(suspects.open.isEmpty)
    }

    @Test mutating func `pauses grow up to a limit, and begin anew with new suspects`() throws {
        var pauses: [Duration] = []
        for _ in 1...9 {
            let round = suspects.round()
            pauses.append(try #require(round?.pause))
            _ = suspects.judge(try #require(round?.suspects.first), .changing)
        }
        let wanted = [100, 200, 400, 800, 1_600, 3_000, 3_000, 3_000, 3_000].map { Duration.milliseconds($0) }
        #expect(pauses == wanted)
        #expect(try look(.same) == .same)
        let none = suspects.round()
        #expect(none?.suspects == nil)
        suspects.add(database: 0, key: key)
        let first = suspects.round()
        #expect(first?.pause == .milliseconds(100))
    }

    @Test mutating func `many keys, or few long ones, are too many to be kept`() {
        #expect(!suspects.isFull)
        suspects.add(database: 0, key: ByteBuffer(repeating: 0, count: 8 << 20))
        #expect(suspects.isFull)
        var many = Suspects()
        for _ in 0..<20_000 { many.add(database: 0, key: key) }
        #expect(many.isFull)
    }
}
