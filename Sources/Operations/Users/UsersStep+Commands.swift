import PlanModel

extension UsersStep {
    func foresee(_ scene: CommandScene, at place: StepPlace, in script: inout CommandScript) {
        let users = scene.users ?? [Self.openUser]
        guard !users.isEmpty else { return }
        for user in users {
            script.send(user.command, to: scene.target, "the user that the source has, with its password and rights")
        }
        save(scene, &script)
    }

    func waysBack(_ scene: CommandScene, from before: CommandScript, to after: CommandScript) -> [ForeseenReturn] {
        var script = after.continued()
        let users = scene.users ?? [Self.openUser]
        guard !users.isEmpty else { return [] }
        for user in users {
            script.send(
                ["ACL", "DELUSER", scene.users == nil ? .open("each of them") : .plain(user.name)], to: scene.target,
                "the target did not have it before", answer: "1")
        }
        save(scene, &script)
        return [ForeseenReturn(start: nil, commands: script.commands)]
    }

    private static var openUser: CommandScene.User {
        CommandScene.User(
            name: "", command: ["ACL", "SETUSER", .open("each user that only the source has"), .open("its rules")])
    }

    private func save(_ scene: CommandScene, _ script: inout CommandScript) {
        let why = "so that a restart does not forget them"
        if scene.hasUserFile != false {
            script.send(
                ["ACL", "SAVE"], to: scene.target, why,
                condition: scene.hasUserFile == nil ? "if it has an ACL file" : nil)
        }
        if scene.hasUserFile != true {
            script.send(
                ["CONFIG", "REWRITE"], to: scene.target, why,
                condition: scene.hasUserFile == nil ? "if it has no ACL file" : nil)
        }
    }
}
