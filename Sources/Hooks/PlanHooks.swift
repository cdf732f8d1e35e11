import Diagnostics
import FoundationEssentials
import Glibc
package import Operations
package import PlanModel
import SystemPackage

/// Runs the commands of a plan's `run` steps on this machine.
///
/// A command gets the variables of this process, without those from which the plan reads secrets, those that the step
/// gives it, and planrun's own, which the article `Hooks` lists.
package struct PlanHooks: HookRunner {
    private let plan: Plan
    private let lineage: String
    private let environment: [String: String]
    private let results: @Sendable () -> String

    /// - Parameters:
    ///   - lineage: names the run, as its record does.
    ///   - environment: the variables of this process.
    ///   - results: returns what earlier steps have left, as JSON.
    package init(
        _ plan: Plan, lineage: String, environment: [String: String], results: @escaping @Sendable () -> String
    ) {
        self.plan = plan
        self.lineage = lineage
        self.environment = environment
        self.results = results
    }

    package func run(_ call: HookCall, show: @escaping @Sendable (String) -> Void) async throws -> HookEnd {
        try Task.checkCancellation()
        let mask = SecretMask(try plan.secrets.map { reference throws(HookRefusal) in try read(reference) })
        var variables = try variables(call)
        let program = try program(call.words, variables["PATH"])
        let directory = try directory(call.settings)
        let folder = try ResultsFolder(results())
        defer { folder.remove() }
        variables["PLANRUN_RESULTS"] = folder.file.string
        let command = GuardedCommand(
            words: [program.string] + call.words.dropFirst(), environment: variables, directory: directory,
            doomedFolder: folder.path)
        return try await run(command, Printed(mask, show))
    }

    private func run(_ command: GuardedCommand, _ printed: Printed) async throws -> HookEnd {
        let exitCode: Int?
        do {
            exitCode = try await command.run { printed.receive($0) }
        } catch {
            throw HookRefusal("/bin/sh could not be started: \(error)", help: "planrun starts commands through it")
        }
        return HookEnd(exitCode: exitCode, output: printed.end())
    }

    /// Finds what keeps the commands of a step from being started, before anything is done.
    /// - Returns: `nil` if nothing does.
    package func obstacle(_ step: RunStep) -> HookRefusal? {
        do {
            let variables = try variables(HookCall(step: "", phase: .perform, words: step.command, settings: step))
            _ = try directory(step)
            for words in [step.command, step.check, step.undo].compactMap(\.self) {
                _ = try program(words, variables["PATH"])
            }
            return nil
        } catch {
            return error
        }
    }
}

extension PlanHooks {
    private func read(_ reference: SecretReference) throws(HookRefusal) -> String {
        do {
            return try reference.read(planPath: plan.file.path, environment: environment)
        } catch {
            throw HookRefusal(error.message, help: error.help)
        }
    }

    private func variables(_ call: HookCall) throws(HookRefusal) -> [String: String] {
        var variables = environment.filter { !$0.key.hasPrefix("PLANRUN_") }
        for case .environment(let name) in plan.secrets { variables[name] = nil }
        for (name, value) in call.settings.environment {
            switch value {
            case .text(let text): variables[name] = text
            case .secret(let reference): variables[name] = try read(reference)
            }
        }
        let own = [
            "PLAN": absolute(plan.file.path).string, "RUN": lineage, "STEP": call.step, "PHASE": call.phase.rawValue,
            // A plan of one pair of servers has no shards.
            "SHARD": "", "SOURCE": "\(plan.source.endpoint)", "TARGET": "\(plan.target.endpoint)",
        ]
        for (name, value) in own { variables["PLANRUN_\(name)"] = value }
        return variables
    }

    private func program(_ words: [String], _ path: String?) throws(HookRefusal) -> FilePath {
        let name = plan.resolveProgram(words[0])
        guard !name.contains("/") else {
            let file = absolute(name)
            guard isProgram(file) else {
                throw HookRefusal(
                    "'\(file)' is not a program that planrun may run",
                    help: "a relative path goes from the folder of the plan; it needs chmod +x")
            }
            return file
        }
        for folder in (path ?? "/usr/local/bin:/usr/bin:/bin").split(separator: ":") where folder.hasPrefix("/") {
            let file = FilePath(String(folder)).appending(name)
            if isProgram(file) { return file }
        }
        throw HookRefusal("there is no program '\(name)' in PATH", help: "write its path, or install it")
    }

    private func directory(_ step: RunStep) throws(HookRefusal) -> FilePath {
        let folder = step.directory.map(plan.resolve).map(absolute) ?? absolute(plan.file.path).removingLastComponent()
        guard isFolder(folder) else {
            throw HookRefusal(
                "there is no folder '\(folder)'", help: "a relative path goes from the folder of the plan")
        }
        return folder
    }

    private func isFolder(_ path: FilePath) -> Bool {
        var isFolder = false
        return FileManager.default.fileExists(atPath: path.string, isDirectory: &isFolder) && isFolder
    }

    private func isProgram(_ path: FilePath) -> Bool { !isFolder(path) && access(path.string, X_OK) == 0 }

    private func absolute(_ path: String) -> FilePath {
        FilePath(FileManager.default.currentDirectoryPath).pushing(FilePath(path)).lexicallyNormalized()
    }
}
