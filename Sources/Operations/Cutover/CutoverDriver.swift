import Execution
import PlanModel
import RESP
import RedisTopology

/// Carries out what `CutoverStateMachine` decides, one action after the other, and reports what the servers answered.
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
    /// Counts writes on the new primary. It is made before writes are held back, because it reads a long answer from
    /// the server.
    var counter: WriteCounter?
    /// Shows which commands of the stream the new primary has refused; `nil` for a return, and if there is no baseline
    /// to compare with.
    let refusals: RefusalWatch?
    /// The messages for the Sentinels. They are prepared before writes are held back.
    var announcement: PrimaryAnnouncement?
    /// The old primary's offset, which the new one must reach.
    var offset: Int64?
    /// The process that had every write at the last comparison; `nil` before that, and once the old primary was demoted.
    /// A server that was started again in between may have lost its data, and a Dragonfly or a server without a file
    /// comes back as a primary. If the old primary followed that one, the only copy would be gone.
    var successor: ServerLife?
    /// Whether another process answered in the place of `successor`.
    var isSuccessorReplaced = false
    /// How far the new primary had come at the last question, or why it did not answer; for the failure's text.
    var seen = ""
    var view = Sentinels.View()
    /// Whether the new primary did not answer when it was last asked for its role.
    var isSuccessorSilent = false
    /// Why an action was refused (`refusal`), and why the fence could not be lowered afterwards (`unfencing`).
    var refusal: (any Error)?
    var unfencing: (any Error)?
    /// Started when the promotion was sent; `nil` before that.
    var promotion: Stopwatch?
    /// Started when the old primary was made a replica; `nil` before that, and if this run did not promote the new one.
    var demotion: Stopwatch?

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
            method: choice.method, hasSentinels: cutover.sentinels != nil, drains: cutover.drains,
            endsFailover: memory.failoverTimeouts?.isEmpty == false)
        pause = WritePause(
            on: cutover.from, length: cutover.writePause, longest: limits.pause, clock: cutover.context.clock)
    }

    /// Runs the machine to its end.
    /// - Throws: an error that says why the handover is not complete, and what state the servers are in.
    mutating func run(_ begin: @Sendable (inout CutoverStateMachine) -> Action) async throws {
        let time = Stopwatch(cutover.context.clock)
        var phases: [String: Double] = [:]
        var action = begin(&machine)
        while true {
            if case .finish(let outcome) = action {
                guard let error = failure(outcome) else { return }
                throw error
            }
            let event = await run(action)
            if let phase = CutoverPhase(after: action, event), phases[phase.rawValue] == nil {
                phases[phase.rawValue] = time.elapsed.seconds
                memory.measurements.phases = phases
            }
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
        case .endFailover: return await endFailover()
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
