/// Keeps a server's own latency where it was: decides, from the round trips of a probe, which share of the time a
/// comparison may use.
///
/// The probe is alone for a moment before the comparison begins, and again every half minute, since the load of the
/// applications changes. Between these moments its round trips say what the comparison does to everybody else.
/// Means of many round trips are compared, without the slowest of them, which say nothing on a busy machine. It is the mean,
/// because most requests find a server idle that is busy for less than half of the time.
struct Courtesy: Equatable, Sendable {
    private enum Phase: Equatable {
        /// The comparison waits, so that the probe is alone.
        case alone
        case together(windows: Int)
    }

    /// Round trips of which a mean is taken, and how many of the slowest are left out.
    static let window = 25
    static let outliers = 3
    /// How often the probe is sent while it is alone, and while it is not.
    static let pace = (alone: Duration.milliseconds(4), together: Duration.milliseconds(20))
    /// Windows between two moments in which the probe is alone; about half a minute.
    private static let windowsTogether = 60
    /// Below this, differences of round trips are noise of the network and of this machine.
    private static let noise = Duration.microseconds(20)
    /// A comparison has to come to its end. A page of the comparison takes a server some tenths of a millisecond, so that a
    /// request waits for half of that in a tenth of all cases: about `noise` on average.
    private static let smallestShare = 0.1

    /// Whether the share follows the latency. Where it does not, the latency is only measured.
    let adapts: Bool
    /// The share of the time that the server may be busy with the comparison.
    private(set) var share: Double
    /// The mean of the round trips before the comparison, or at the last moment without it.
    private(set) var alone: Duration?
    /// The same beside the comparison.
    private(set) var together: Duration?
    private var count = 0
    private var phase = Phase.alone
    private var trips: [Duration] = []

    init(adapts: Bool) {
        self.adapts = adapts
        share = adapts ? 0.5 : 1
    }

    var isAlone: Bool { phase == .alone }

    /// Takes the time of a round trip.
    mutating func probed(_ trip: Duration) {
        trips.append(trip)
        guard trips.count == Self.window else { return }
        let counted = trips.sorted().dropLast(Self.outliers)
        let mean = counted.reduce(.zero, +) / counted.count
        trips = []
        switch phase {
        case .alone:
            alone = mean
            phase = .together(windows: 0)
        case .together(let windows):
            count += 1
            together = together.map { $0 + (mean - $0) / count } ?? mean
            adapt(to: mean)
            phase = windows + 1 == Self.windowsTogether ? .alone : .together(windows: windows + 1)
        }
    }

    private mutating func adapt(to mean: Duration) {
        guard adapts, let alone else { return }
        let isSlower = mean > alone * 1.1 + Self.noise
        share = isSlower ? max(Self.smallestShare, share * 0.7) : min(1, share * 1.15)
    }

    /// Round trips without an answer say nothing: the comparison itself reports a server that does not answer.
    mutating func gaveUp() { trips = [] }
}

/// How long to wait before a server is asked again, so that commands and bytes a second stay below a limit.
struct RateLimit: Equatable, Sendable {
    let commands: Double?
    let bytes: Double?
    /// When everything that was asked so far is paid for.
    private var paid = Duration.zero

    init(commands: Int?, bytes: Int64?) {
        self.commands = commands.map(Double.init)
        self.bytes = bytes.map(Double.init)
    }

    /// - Parameter now: the time since the comparison began.
    mutating func spent(commands count: Int, bytes size: Int, at now: Duration) {
        let costs = [commands.map { Double(count) / $0 }, bytes.map { Double(size) / $0 }].compactMap(\.self)
        paid = max(paid, now) + .seconds(costs.max() ?? 0)
    }

    func pause(at now: Duration) -> Duration { max(.zero, paid - now) }
}
