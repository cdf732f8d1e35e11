import FoundationEssentials
import PlanGraph
import Testing

@testable import Execution

struct CurveTests {
    private static let begin = Timestamp(millisecondsSince1970: 1_767_225_600_000)

    private static func after(_ milliseconds: Int64) -> Timestamp {
        Timestamp(millisecondsSince1970: begin.millisecondsSince1970 + milliseconds)
    }

    private func curve(_ samples: [(milliseconds: Int64, value: Double)]) -> Curve {
        samples.reduce(into: Curve(begin: Self.begin)) { $0.receive($1.value, at: Self.after($1.milliseconds)) }
    }

    @Test func `a span keeps its lowest and its highest number`() {
        let curve = curve([(0, 5), (100, 9), (249, 2), (250, 4), (1_000, 7)])
        #expect(
            curve.points == [
                .init(span: 0, lowest: 2, highest: 9), .init(span: 1, lowest: 4, highest: 4),
                .init(span: 4, lowest: 7, highest: 7),
            ])
    }

    @Test func `spans become longer when there are too many, and no peak is lost`() {
        let curve = curve((0..<1_000).map { ($0 * 250, $0 == 333 ? 1e9 : 10) } + [(250_000, 1)])
        #expect(curve.spanMilliseconds == 2_000)
        #expect(curve.points.count == 126)
        #expect(curve.points.map(\.highest).max() == 1_000_000_000)
        #expect(curve.points.first { $0.highest > 10 }?.span == 41)
        #expect(curve.points.last == .init(span: 125, lowest: 1, highest: 1))
    }

    @Test func `a clock that jumps and numbers that are none do no harm`() {
        let curve = curve([
            (0, .nan), (0, .infinity), (0, -3), (500, 1e300), (100, 4), (.max - Self.begin.millisecondsSince1970, 8),
        ])
        #expect(curve.points.map(\.lowest).min() == 0)
        #expect(curve.points.map(\.highest).max() == 9_000_000_000_000_000)
        #expect(curve.points.count <= 128)
        #expect(curve.points.last?.lowest == 8)
    }

    @Test func `what is written is read, and what is no curve is not`() throws {
        let curve = curve([(0, 5), (100, 9), (900, 2)])
        let text = String(decoding: try JSONEncoder().encode(curve), as: UTF8.self)
        #expect(text.contains(#""0 5 9;3 2""#))
        #expect(try JSONDecoder().decode(Curve.self, from: Data(text.utf8)) == curve)
        for points in ["0", "0 -1", "a 1", "0 1 2 3", "1 1;0 1", "1 1;1 1", "99999999999999999999 1"] {
            let other = text.replacing("0 5 9;3 2", with: points)
            #expect(throws: DecodingError.self) { try JSONDecoder().decode(Curve.self, from: Data(other.utf8)) }
        }
    }

    /// Four reports a second for a week, of each of 60 steps, with numbers of a terabyte.
    @Test func `a week leaves less than a MiB`() {
        var curve = Curve(begin: Self.begin)
        let quarters: Int64 = 7 * 24 * 3_600 * 4
        for quarter in 0..<quarters {
            curve.receive(Double(1_000_000_000_000 + quarter * 7_919 % 999_999_937), at: Self.after(quarter * 250))
        }
        #expect(curve.points.count > 64)
        var state = RunState(for: StepGraph((1...60).map { (NodeID(step: "step-\($0)"), .effect, []) }))
        let bare = StateDocument.encode(state).count
        for position in state.nodes.indices {
            state.nodes[position].curves = Dictionary(uniqueKeysWithValues: Figure.plotted.map { ($0, curve) })
        }
        // The record of a later run keeps room for earlier ones.
        #expect(StateDocument.encode(state).count - bare < (1 << 20) - RunHistory.room)
    }

    @Test func `figures are in the record with the next checkpoint, and in none of their own`() async {
        let reports = FakeOperation(onPerform: { context in
            for lag in [30.0, 10, 20] {
                context.report(Progress("the lag to fall", figures: [.lagBytes: lag, .totalBytes: 7]))
            }
        })
        var quiet = Bench(graph: StepGraph([("wait", .effect, [])]))
        let changes = await quiet.run().state.serial
        quiet = Bench(graph: StepGraph([("wait", .effect, [])]), operations: ["wait": reports])
        let outcome = await quiet.run()
        #expect(outcome.state.serial == changes)
        let curves = quiet.store.last?["wait"]?.curves
        #expect(curves?.keys.map(\.rawValue) == ["lagBytes"])
        #expect(curves?[.lagBytes]?.points == [.init(span: 0, lowest: 10, highest: 30)])
        #expect(outcome.state == quiet.store.last)
    }
}
