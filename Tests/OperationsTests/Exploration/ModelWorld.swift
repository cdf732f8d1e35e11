@testable import Operations

/// A world of two servers and two Sentinels that is small enough to take every way through it.
///
/// It knows no time and no data, only what decides a cutover: which server takes writes, which server has them, and
/// which server the Sentinels name. Assumptions stand in the place of time. A command arrives within its timeout or
/// never. Timeouts inside the pause end with the pause, so the pause can end only where planrun was told that it is no
/// longer certain, or is dead. The source misses a replica at once. A replica that follows without a pause has every
/// write when a Sentinel promotes it.
struct ModelWorld: Hashable {
    enum Failover: Hashable {
        /// planrun asked for it, either before the target had every write or after.
        case asked(isDrained: Bool)
        /// The Sentinel began it, or somebody other than planrun asked for it.
        case begun
        case promoted
    }

    struct Sentinel: Hashable {
        var isUp = true
        var namesTarget = false
        /// To those who ask for the primary that it monitors.
        var showsTarget = false
        var failover: Failover?
        /// Whether it takes the target for a candidate. It remembers the `replica-priority` that it last read there.
        var admitsTarget = true

        static let gone = Sentinel(isUp: false, admitsTarget: false)
    }

    var isSourceUp = true
    var isTargetUp = true
    var sourceFollows = false
    var targetFollows = true
    /// Whether the source has acknowledged a write that the target lacks; `isSourceBehind` is the reverse.
    var isTargetBehind = false
    var isSourceBehind = false
    var isPaused = false
    var mayPauseEnd = false
    var isFenced = false
    var leader = Sentinel()
    var other = Sentinel()
    /// Whether an acknowledged write is on no server any more that could pass it on.
    var hasLost = false
    /// Whether some client is connected to the source that asks the Sentinels only when its connection ends.
    var hasClients = true
    /// The phase in the state file; `nil` before the first attempt.
    var phase: CutoverMemory.Phase?
    var isReleaseRecorded = false
    /// Whether clients have ever been sent to the target.
    var isTargetKnown = false

    /// Whether every Sentinel that answers takes the target for a candidate.
    var isTargetAdmitted: Bool { [leader, other].allSatisfy { $0.admitsTarget || !$0.isUp } }
    var isLinked: Bool { isSourceUp && isTargetUp && targetFollows && !sourceFollows }
    var doesSourceAccept: Bool { isSourceUp && !sourceFollows && !isPaused && !(isFenced && !isLinked) }
    var doesTargetAccept: Bool { isTargetUp && !targetFollows }
    var isSplit: Bool { doesSourceAccept && doesTargetAccept && isTargetKnown }
    /// Whether no server takes writes that clients know, and none will unless planrun goes on. The roles are swapped, and no
    /// Sentinel knows of it or could find out.
    var isDeadlocked: Bool {
        guard isSourceUp, sourceFollows, doesTargetAccept, !isTargetKnown else { return false }
        let answering = [leader, other].filter(\.isUp)
        return !answering.isEmpty && answering.allSatisfy { $0.failover == nil && !$0.admitsTarget }
    }

    /// The worlds that can follow at any moment although nobody makes a mistake.
    var moves: [ModelWorld] {
        var worlds: [ModelWorld] = []
        func move(_ isPossible: Bool, _ change: (inout ModelWorld) -> Void) {
            guard isPossible else { return }
            var world = self
            change(&world)
            if world != self { worlds.append(world) }
        }
        move(doesSourceAccept) { $0.isTargetBehind = true }
        // Clients write only to a primary that some Sentinel has named.
        move(isSourceUp && doesTargetAccept && isTargetKnown) { $0.isSourceBehind = true }
        move(isLinked) { $0.isTargetBehind = false }
        move(isSourceUp && isTargetUp && sourceFollows && !targetFollows) { $0.isSourceBehind = false }
        move(isPaused && mayPauseEnd) { $0.isPaused = false }
        for sentinel in [\ModelWorld.leader, \.other] {
            let (state, peer) = (self[keyPath: sentinel], sentinel == \.leader ? other : leader)
            guard state.isUp else { continue }
            let isBegun = [.begun, .asked(isDrained: true), .asked(isDrained: false)].contains(state.failover)
            // A failover that Sentinel began may lose what a replica lacks; one that planrun asked for too early must
            // not.
            let mayLose = state.failover == .asked(isDrained: false) || !isSourceUp
            let mayPromote = isBegun && (!isTargetBehind || mayLose)
            move(mayPromote && isTargetUp) {
                $0.promoteTarget()
                $0[keyPath: sentinel].failover = .promoted
            }
            // A Sentinel gives up a failover after its `failover-timeout`.
            move(state.failover != nil && state.failover != .promoted && targetFollows) {
                $0[keyPath: sentinel].failover = nil
            }
            // One that leads a failover sends those to the target first who ask it for an address.
            move(state.failover == .promoted) {
                $0[keyPath: sentinel].namesTarget = true
                $0.isTargetKnown = true
            }
            move(state.failover == .promoted && state.namesTarget || peer.showsTarget && peer.isUp) {
                $0[keyPath: sentinel].turn()
                $0.isTargetKnown = true
            }
            // A primary that is gone, or that says for a long time that it is a replica, is replaced by the only
            // candidate.
            move(
                (!isSourceUp || sourceFollows) && !state.namesTarget && state.failover == nil && isTargetUp
                    && state.admitsTarget
            ) { $0[keyPath: sentinel].failover = .begun }
            // A Sentinel reads the priority of a replica only.
            move(isTargetUp && targetFollows) { $0[keyPath: sentinel].admitsTarget = true }
            // A server that says it is a primary although no Sentinel made it one is turned back while the known
            // primary is well.
            move(
                !targetFollows && isTargetUp && isSourceUp && !sourceFollows && !state.namesTarget
                    && state.failover == nil && !peer.namesTarget && peer.failover == nil
            ) { $0.turnTargetBack() }
        }
        return worlds
    }

    /// The worlds after the death of one server or Sentinel; each death costs a mishap.
    var deaths: [ModelWorld] {
        [\ModelWorld.isSourceUp, \.isTargetUp, \.leader.isUp, \.other.isUp].compactMap { part in
            guard self[keyPath: part] else { return nil }
            var world = self
            world[keyPath: part] = false
            if part == \.isSourceUp { world.hasClients = false }
            return world
        }
    }

    /// The same world without what makes no difference any more, such as what a Sentinel knew that is dead.
    var canonical: ModelWorld {
        var world = self
        if !isSourceUp { (world.isPaused, world.isSourceBehind) = (false, false) }
        if !world.isPaused { world.mayPauseEnd = false }
        if !leader.isUp { world.leader = leader.remains }
        if !other.isUp { world.other = other.remains }
        return world
    }

    mutating func promoteTarget() { targetFollows = false }

    /// Of those that send clients to the target already.
    mutating func endFailovers() {
        if leader.isUp, leader.failover == .promoted, leader.namesTarget { leader.turn() }
        if other.isUp, other.failover == .promoted, other.namesTarget { other.turn() }
    }

    mutating func demoteSource() {
        if isTargetBehind { hasLost = true }
        isTargetBehind = false
        sourceFollows = true
    }

    /// Each of them asks one of the Sentinels that answer, in one way or the other; where there is none, the servers.
    mutating func sendClientsAway() {
        let answering = [leader, other].filter(\.isUp)
        let returns = answering.isEmpty ? !sourceFollows : answering.contains { !$0.showsTarget }
        hasClients = hasClients && returns
    }

    private mutating func turnTargetBack() {
        if isSourceBehind { hasLost = true }
        isSourceBehind = false
        targetFollows = true
    }
}

extension ModelWorld.Sentinel {
    mutating func turn() { (namesTarget, showsTarget, failover) = (true, true, nil) }

    /// What the other Sentinels know of one that has died. It told them every two seconds what it did, long before they would
    /// turn back a server that it has promoted.
    fileprivate var remains: Self {
        var remains = Self.gone
        remains.namesTarget = namesTarget || failover != nil
        return remains
    }
}

extension ModelWorld {
    /// What `CutoverSituation.read` would say; `nil` where the target does not answer.
    var situation: CutoverSituation? {
        guard isTargetUp else { return nil }
        let from: CutoverSituation.From =
            !isSourceUp ? .unreachable("gone") : sourceFollows ? .replicaOfTo : .primary
        func named(_ sentinel: Sentinel) -> CutoverSituation.Named {
            !sentinel.isUp ? .unreachable : sentinel.showsTarget ? .to : sentinel.namesTarget ? .switching : .from
        }
        return CutoverSituation(
            from: from, to: targetFollows ? .replicaOfFrom : .primary, sentinels: [named(leader), named(other)],
            phase: phase, targetRanThrough: true)
    }

    var sentinelsSeen: CutoverStateMachine.SentinelsSeen {
        let answering = [leader, other].filter(\.isUp)
        func portion(_ count: Int) -> CutoverStateMachine.SentinelsSeen.Portion {
            count == 0 ? .none : count == answering.count ? .all : .some
        }
        return .init(
            named: portion(answering.count(where: \.namesTarget)),
            shown: portion(answering.count(where: \.showsTarget)),
            isBusy: [leader, other].contains { $0.isUp && $0.failover != nil },
            allAnswer: leader.isUp && other.isUp)
    }
}

extension ModelWorld {
    /// What changed since another world, for a person who reads the way to a violation.
    func difference(from other: ModelWorld) -> String {
        let (now, before) = (Mirror(reflecting: self), Mirror(reflecting: other))
        return zip(now.children, before.children).compactMap { new, old in
            "\(new.value)" == "\(old.value)" ? nil : "\(new.label ?? "") \(new.value)"
        }.joined(separator: ", ")
    }
}
