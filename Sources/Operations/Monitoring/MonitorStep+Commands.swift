import PlanModel
import Values

extension MonitorStep {
    func foresee(_ scene: CommandScene, at place: StepPlace, in script: inout CommandScript) {
        let name = ForeseenCommand.Word.plain(scene.primaryName)
        let source = scene.source.address
        let host: ForeseenCommand.Word =
            source.host.contains(where: { $0.isLetter && !$0.isHexDigit })
            ? .open("the address of \(source.host)") : .plain(source.host)
        let access = scene.plan.source.access
        let user = password == nil ? access.username : username
        let settings: [(name: String, value: ForeseenCommand.Word)] = settings(
            username: user.map { .plain($0) }, password: (password ?? access.password).map { .secret($0) })
        for sentinel in scene.sentinels where scene.withoutPrimary.contains(sentinel.address) {
            script.send(
                [
                    "SENTINEL", "MONITOR", name, host, .plain("\(source.port)"),
                    .plain("\(quorum(of: scene.sentinels.count))"),
                ], to: sentinel, "it watches the source from now on")
            for (setting, value) in settings {
                script.send(["SENTINEL", "SET", name, .plain(setting), value], to: sentinel, "as the plan says")
            }
        }
    }

    func waysBack(_ scene: CommandScene, from before: CommandScript, to after: CommandScript) -> [ForeseenReturn] {
        var script = after.continued()
        for sentinel in scene.sentinels.reversed() where scene.withoutPrimary.contains(sentinel.address) {
            script.send(
                ["SENTINEL", "REMOVE", .plain(scene.primaryName)], to: sentinel, "it did not watch the source before")
        }
        return [ForeseenReturn(start: nil, commands: script.commands)]
    }
}
