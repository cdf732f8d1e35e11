import Execution
import PlanModel

/// What becomes of the servers after the cutover if one of them is started again and could not write its configuration file.
struct RestartOutlook {
    let servers: Servers

    /// - Parameter file: what became of it; only whether it exists counts before anything was written.
    func finding(_ server: Server, _ file: ConfigurationFile) -> Finding? {
        guard let obstacle = file.obstacle else { return nil }
        return server.part == .target ? ofTarget(file, obstacle) : ofSource(server, obstacle)
    }

    /// A source that is shut down in the end comes back as what its file says in any case.
    private func ofSource(_ source: Server, _ obstacle: String) -> Finding? {
        guard servers.plan.failover?.certainResting(servers.plan) != .shutdown else { return nil }
        return .missed(
            "\(source.endpoint) cannot write its configuration file (\(obstacle)): started again after the cutover, it is a primary that takes writes",
            wants: "a file that it can write", at: [source.name],
            remedy: [
                "start \(source.endpoint) with a configuration file, in a folder that it can write; or do not start it again after the cutover"
            ])
    }

    /// A target that was told by planrun to follow, and has no file, is started again as a primary, which it shall be.
    private func ofTarget(_ file: ConfigurationFile, _ obstacle: String) -> Finding? {
        guard file.exists else { return nil }
        let target = servers.target
        return .missed(
            "\(target.endpoint) cannot write its configuration file (\(obstacle)): started again, it has the 'replicaof' and the replica-priority that stand there",
            wants: "a file that it can write", at: [target.name],
            remedy: [
                "make the file of \(target.endpoint) and its folder writable for it, or see to it that no 'replicaof' stands there"
            ])
    }
}
