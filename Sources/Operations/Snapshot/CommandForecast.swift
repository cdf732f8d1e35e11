package import PlanModel
import RedisTopology
import Values

/// The very commands with which a plan will change servers, by step, if nothing goes wrong.
package struct CommandForecast: Sendable {
    package struct Entry: Sendable {
        package let commands: [ForeseenCommand]
        package let waysBack: [ForeseenReturn]
    }

    private let entries: [String: Entry]

    /// - Parameter servers: `nil` if no server may be asked. What one that does not answer would tell stays open.
    package static func make(_ compiled: CompiledPlan, _ servers: Servers?) async -> CommandForecast {
        guard let servers else {
            let scene = CommandScene(compiled.plan)
            return CommandForecast(scene, scene.openScript)
        }
        let scene = await CommandScene.read(servers)
        return CommandForecast(scene, await scene.script(servers))
    }

    init(_ scene: CommandScene, _ script: CommandScript) {
        let places = StepPlaces(scene.plan)
        var (script, entries) = (script, [String: Entry]())
        for step in places.order {
            let before = script.continued()
            script = before
            let execution = step.kind.execution
            execution.foresee(scene, at: places[step], in: &script)
            entries[step.id] = Entry(
                commands: script.commands,
                waysBack: execution.waysBack(scene, from: before, to: script).filter { !$0.commands.isEmpty })
        }
        self.entries = entries
    }

    package subscript(step: Step) -> Entry { entries[step.id] ?? Entry(commands: [], waysBack: []) }
}
