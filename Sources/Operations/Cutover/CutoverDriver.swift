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
    private var timers: CutoverTimers
    var memory: CutoverMemory
    var pause: WritePause
    /// Counts writes on the new primary. It is made before writes are held back, since the server's answer for it is
    /// long.
    var counter: WriteCounter?
    /// What the new primary refused of the commands that it was sent; `nil` where that cannot be told.
    let refusals: RefusalWatch?
    /// What the Sentinels will be told, written before writes are held back.
    var announcement: PrimaryAnnouncement?
    /// The old primary's offset, which the new one has to reach.
    var offset: Int64?
    /// What the new primary answered when it was last asked how far it is, or why it did not answer.
    var seen = ""
    var view = Sentinels.View()
    /// Whether the new primary left the last question for its role unanswered.
    var isSuccessorSilent = false
    /// Why an action was refused (`refusal`), and why the fence could not be lowered after that (`unfencing`).
    var refusal: (any Error)?
    var unfencing: (any Error)?
    /// Runs since the promotion was sent; `nil` before that.
    var promotion: Stopwatch?

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
        timers = CutoverTimers(cutover.context.clock, limits: limits)
        machine = CutoverStateMachine(
            method: choice.method, hasSentinels: cutover.sentinels != nil, drains: cutover.drains)
        pause = WritePause(
            on: cutover.from, length: cutover.writePause, longest: limits.pause, clock: cutover.context.clock)
    }

    /// Runs the machine to its end.
    /// - Throws: why the new primary is not in its place, and what state the servers are in.
    mutating func run(_ begin: @Sendable (inout CutoverStateMachine) -> Action) async throws {
        var action = begin(&machine)
        while true {
            if case .finish(let outcome) = action {
                guard let error = failure(outcome) else { return }
                throw error
            }
            let event = await run(action)
            if cutover.context.isDraining { machine.stop(.drain) }
            if cutover.context.isLeaseLost { machine.stop(.leaseLost) }
            action = machine.receive(event, isPauseCertain: pause.isCertain)
        }
    }

    private mutating func run(_ action: Action) async -> Event {
        switch action {
        case .raiseFence:
            let (fence, prior, drains) = (cutover.fence, memory.fence, cutover.drains)
            return await attempt { try await fence.raise(over: prior, needsReplica: drains) }
        case .holdWrites: return await holdWrites()
        case .compareOffsets(let round): return await compareOffsets(round)
        case .record(let phase): return await record(phase)
        case .askSentinel: return await askSentinel()
        case .shutDown: return await shutDown()
        case .promote: return await promote()
        case .readRole: return await readRole()
        case .demote: return await demote()
        case .announce: return await announce()
        case .readSentinels: return await readSentinels()
        case .askSentinelAgain: return await askSentinelAgain()
        case .releaseClients: return await releaseClients()
        case .bringToRest: return await bringToRest()
        case .lowerFence: return await lowerFence()
        case .wait(let moment, let renewingPause):
            if renewingPause { await pause.renew() }
            return await timers.wait(moment).map { .expired($0) } ?? .waited
        case .start(let timer, let next):
            timers.start(timer)
            return await run(next)
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

    var from: Server { cutover.from }
    var to: Server { cutover.to }
}
