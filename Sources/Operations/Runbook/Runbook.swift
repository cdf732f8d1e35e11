package import PlanModel
import Values

/// A plan as a person carries it out with `redis-cli`: tasks of lines for a shell, what each must show, and the way back.
///
/// It is made from the same declarations as the commands in `plan`, but for the cutover: nobody types what planrun does in
/// 300 ms, so `HandCutover` takes an order that is safe however long each line takes.
package struct Runbook: Sendable {
    /// Lines for a shell.
    package struct Block: Sendable {
        package enum Purpose: Sendable { case type, look }

        package let purpose: Purpose
        /// Whether it belongs to the way back.
        package let isBack: Bool
        package let lines: [Line]
    }

    package struct Line: Sendable {
        package let shell: String
        /// What it is for, and what it must answer.
        package let comment: String
    }

    package enum Part: Sendable {
        case text(String)
        case block(Block)
    }

    package struct Task: Sendable {
        package let title: String
        package fileprivate(set) var parts: [Part] = []

        init(_ title: String) { self.title = title }

        mutating func say(_ text: String) { parts.append(.text(text)) }

        mutating func type(_ lines: [Line], isBack: Bool = false) {
            if !lines.isEmpty { parts.append(.block(Block(purpose: .type, isBack: isBack, lines: lines))) }
        }

        mutating func append(_ task: Task) { parts += [.text("**\(task.title).**")] + task.parts }

        /// Each line prints something once it is so.
        mutating func look(_ lines: [Line], isBack: Bool = false) {
            if !lines.isEmpty { parts.append(.block(Block(purpose: .look, isBack: isBack, lines: lines))) }
        }
    }

    /// The shell functions that the lines use.
    package let functions: [String]
    /// The variables that must hold secrets.
    package let variables: [String]
    package let tasks: [Task]

    /// - Parameter servers: `nil` if no server may be asked; then what was set before stays open, in angle brackets.
    package static func make(_ plan: Plan, _ servers: Servers?) async -> Runbook {
        guard let servers else {
            let scene = CommandScene(plan)
            return Runbook(scene, scene.openScript)
        }
        let scene = await CommandScene.read(servers)
        return Runbook(scene, await scene.script(servers))
    }

    init(_ scene: CommandScene, _ script: CommandScript) {
        let shell = HandShell(scene)
        functions = shell.functions
        variables = shell.variables
        var script = script
        script.keepsNotes = false
        let places = StepPlaces(scene.plan)
        var tasks = [HandTasks.first(scene, shell)]
        for step in places.order {
            let before = script.continued()
            script = before
            let hand = HandTasks(scene: scene, shell: shell, place: places[step], before: before)
            tasks += hand.tasks(of: step, &script)
        }
        self.tasks = tasks
    }
}
