import Execution
import PlanModel
import RESP
import RedisTopology

/// Carries out what `CutoverStateMachine` decides, one action after the other, and tells it what the servers answered.
struct CutoverDriver: Sendable {
    typealias Action = CutoverStateMachine.Action
    typealias Event = CutoverStateMachine.Event

    let cutover: Cutover
    let limits: CutoverLimits
    let leader: Sentinels.Leader?
    private(set) var machine: CutoverStateMachine
    var memory: CutoverMemory
    var pause: WritePause
    /// Counts writes on the new primary; made beforehand, since that takes a long answer.
    var counter: WriteCounter?
    /// What the new primary has refused of what it was sent; `nil` where that cannot be told.
    let refusals: RefusalWatch?
    /// What the Sentinels will be told, written before anybody waits.
    var announcement: PrimaryAnnouncement?
    /// That the new primary has to reach.
    var offset: Int64?
    /// What it said last.
    var seen = ""
    var view = Sentinels.View()
    /// Why an action was refused, and why the fence could not be lowered after that.
    var refusal: (any Error)?
    var unfencing: (any Error)?
    var promotion: Stopwatch?
    private var wait: (action: Action, watch: Stopwatch)?
    private var lastAsked: Stopwatch?
    /// Since when the new primary does not answer.
    var silence: Stopwatch?
    /// After which a new primary is taken for gone: clients are on their way to it, and a person can start it again.
    private static let longestSilence = Duration.seconds(5)

    init(
        _ cutover: Cutover, _ choice: MethodChoice, _ memory: CutoverMemory, leader: Sentinels.Leader?,
        counter: WriteCounter?, refusals: RefusalWatch? = nil, limits: CutoverLimits
    ) {
        self.cutover = cutover
        self.limits = limits
        self.leader = leader
        self.memory = memory
        self.counter = counter
        self.refusals = refusals
        announcement = choice.announcement
        machine = CutoverStateMachine(
            method: choice.method, hasSentinels: cutover.sentinels != nil, drains: cutover.drains)
        pause = WritePause(
            on: cutover.from, length: cutover.writePause, longest: limits.pause, clock: cutover.context.clock)
    }

    /// - Throws: why the new primary is not in its place, with the state the world is in.
    mutating func run(_ begin: @Sendable (inout CutoverStateMachine) -> Action) async throws {
        var action = begin(&machine)
        while true {
            if case .finish(let outcome) = action {
                guard let error = failure(outcome) else { return }
                throw error
            }
            let event = try await perform(action)
            action = machine.receive(observation(of: event, after: action))
        }
    }

    private mutating func observation(of event: Event, after action: Action) -> CutoverStateMachine.Observation {
        switch action {
        case .readRole, .readSentinels:
            // A look at the Sentinels in between ends no wait for the promotion.
            if wait?.action != action, machine.state != .judging { wait = (action, Stopwatch(clock)) }
        case .askSentinelAgain: lastAsked = Stopwatch(clock)
        default: break
        }
        let waited = wait?.watch.elapsed ?? .zero
        let limit = wait?.action == .readRole ? limits.promotion : limits.announcement
        let asked = lastAsked?.elapsed ?? waited
        // A failover takes a second or two; where none is under way nothing comes.
        let isIdle = wait?.action == .readSentinels && view.named == 0 && !view.isBusy
        let patience: Duration = machine.method == .announce || isLeaderGone || isIdle ? .seconds(1) : .seconds(5)
        return .init(
            event: event, isPauseCertain: pause.isCertain, isLate: waited >= limit || isGone,
            isOverdue: asked > patience)
    }

    private var isGone: Bool {
        switch machine.state {
        case .watching(isReleased: true), .concluding: (silence?.elapsed ?? .zero) > Self.longestSilence
        default: false
        }
    }

    private var isLeaderGone: Bool {
        leader.map { view.silent.contains("\($0.sentinel.endpoint)") } ?? false
    }

    private mutating func perform(_ action: Action) async throws -> Event {
        if action.isLeftToNextHolder, cutover.context.isLeaseLost {
            refusal = CancellationError()
            return .refused
        }
        switch action {
        case .raiseFence:
            let (fence, prior, drains) = (cutover.fence, memory.fence, cutover.drains)
            return await attempt { try await fence.raise(over: prior, needsReplica: drains) }
        case .holdWrites: return await holdWrites()
        case .compareOffsets: return await compareOffsets()
        case .lookForRefusals: return await lookForRefusals()
        case .record(let phase): return await record(phase)
        case .askSentinel: return await askSentinel()
        case .shutDown:
            promotion = Stopwatch(clock)
            // As the server is configured: it saves if it has save points. A server that is gone sends no reply.
            return await attempt { [from] in try await from.attempt([["SHUTDOWN"]], timeout: .seconds(60)) }
        case .promote: return await promote()
        case .readRole: return await readRole()
        case .demote: return await demote()
        case .announce: return await announce()
        case .readSentinels: return await readSentinels()
        case .askSentinelAgain: return await askSentinelAgain()
        case .releaseClients: return await releaseClients()
        case .settle: return await settle()
        case .lowerFence: return await lowerFence()
        case .wait(let renewingPause): return try await wait(renewingPause: renewingPause)
        case .finish: preconditionFailure("the end is no action")
        }
    }

    mutating func attempt(_ body: @Sendable () async throws -> Void) async -> Event {
        do {
            try await body()
            return .done
        } catch {
            refusal = error
            return .refused
        }
    }

    /// One question at a time, and room to answer it: a busy Dragonfly is slow to answer INFO.
    private mutating func wait(renewingPause: Bool) async throws -> Event {
        if renewingPause { _ = await pause.renew() }
        switch machine.state {
        case .watching(isReleased: true):
            // Past the critical part: a person who wants to stop may, and resume goes on from here.
            if cutover.context.isDraining { throw CancellationError() }
            try? await clock.sleep(for: .milliseconds(100))
        case .watching: try? await clock.sleep(for: .milliseconds(10))
        case .confirming: try? await clock.sleep(for: .milliseconds(20))
        default: try? await clock.sleep(for: .milliseconds(2))
        }
        return .done
    }

    var from: Server { cutover.from }
    var to: Server { cutover.to }
    private var clock: any Clock<Duration> { cutover.context.clock }
}
