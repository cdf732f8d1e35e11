import Testing

@testable import Operations

/// How much of a server's time a comparison takes.
struct CourtesyTests {
    private static func window(_ courtesy: inout Courtesy, _ trip: Duration) {
        for _ in 1...Courtesy.window { courtesy.probed(trip) }
    }

    @Test func `a probe is alone first, and again after half a minute`() {
        var courtesy = Courtesy(adapts: true)
        #expect(courtesy.isAlone)
        Self.window(&courtesy, .microseconds(200))
        #expect(!courtesy.isAlone)
        #expect(courtesy.alone == .microseconds(200))
        #expect(courtesy.together == nil)
        for _ in 1...59 { Self.window(&courtesy, .microseconds(200)) }
        #expect(!courtesy.isAlone)
        Self.window(&courtesy, .microseconds(200))
        #expect(courtesy.isAlone)
        Self.window(&courtesy, .microseconds(300))
        #expect(courtesy.alone == .microseconds(300))
        #expect(!courtesy.isAlone)
    }

    @Test func `the share falls while the server is slower than before, and rises again`() {
        var courtesy = Courtesy(adapts: true)
        Self.window(&courtesy, .milliseconds(1))
        let first = courtesy.share
        Self.window(&courtesy, .microseconds(1_119))
        #expect(courtesy.share > first)
        let raised = courtesy.share
        Self.window(&courtesy, .microseconds(1_200))
        #expect(courtesy.share < raised)
        for _ in 1...20 { Self.window(&courtesy, .milliseconds(2)) }
        #expect(courtesy.share == 0.1)
        for _ in 1...30 { Self.window(&courtesy, .milliseconds(1)) }
        #expect(courtesy.share == 1)
    }

    /// A single slow answer, of which there are some on every machine, changes nothing.
    @Test func `single round trips say nothing`() {
        var courtesy = Courtesy(adapts: true)
        Self.window(&courtesy, .milliseconds(1))
        let share = courtesy.share
        for _ in 1...3 { courtesy.probed(.seconds(1)) }
        for _ in 1...22 { courtesy.probed(.milliseconds(1)) }
        #expect(courtesy.share > share)
        for _ in 1...24 { courtesy.probed(.seconds(1)) }
        courtesy.gaveUp()
        Self.window(&courtesy, .milliseconds(1))
        #expect(courtesy.together == .milliseconds(1))
    }

    @Test func `with a limit of the plan the latency is measured, and changes nothing`() {
        var courtesy = Courtesy(adapts: false)
        Self.window(&courtesy, .milliseconds(1))
        Self.window(&courtesy, .milliseconds(9))
        Self.window(&courtesy, .milliseconds(11))
        #expect(courtesy.share == 1)
        #expect(courtesy.together == .milliseconds(10))
    }

    @Test func `a limit is kept, whichever is reached first, and time that was not used is not saved up`() {
        var limit = RateLimit(commands: 100, bytes: 1_000)
        #expect(limit.pause(at: .zero) == .zero)
        limit.spent(commands: 50, bytes: 100, at: .zero)
        #expect(limit.pause(at: .zero) == .milliseconds(500))
        limit.spent(commands: 1, bytes: 2_000, at: .milliseconds(500))
        #expect(limit.pause(at: .milliseconds(500)) == .seconds(2))
        #expect(limit.pause(at: .seconds(60)) == .zero)
        limit.spent(commands: 100, bytes: 0, at: .seconds(60))
        #expect(limit.pause(at: .seconds(60)) == .seconds(1))
        var none = RateLimit(commands: nil, bytes: nil)
        none.spent(commands: 1_000_000, bytes: 1 << 40, at: .zero)
        #expect(none.pause(at: .zero) == .zero)
    }
}
