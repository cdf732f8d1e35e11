import Execution
import Operations
import PlanModel

/// What `status` says after a run that has ended well, as long as the Sentinels have nobody to fail over to.
struct FailoverReminder {
    let sentence: String
    let help: [String]
    let next: [NextCommand]

    /// - Returns: `nil` where they have somebody, where there are none, or where the run is not over.
    init?(_ state: RunState, _ servers: Servers, _ commands: CommandLines, _ wayBack: WayBack) async {
        guard state.status == .succeeded, servers.plan.failover != nil,
            let candidates = await FailoverCandidates.read(servers), candidates.areMissing
        else { return nil }
        let target = servers.target.endpoint
        var sentence = "no Sentinel has anybody to fail over to if \(target) dies"
        if let idle = candidates.idle { sentence += ": \(idle) follows it with replica-priority 0" }
        self.sentence = sentence
        help =
            ["let a new server follow \(target)"]
            + (candidates.remedy(servers).map { ["or let the Sentinels promote the old source: \($0)"] } ?? [])
        let isDone = await wayBack.decommission(state) != nil
        next =
            isDone ? [] : [commands.next("decommission", "take the old source out of service; the way back ends then")]
    }
}
