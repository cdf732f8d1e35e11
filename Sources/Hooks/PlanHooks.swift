import Diagnostics
import FoundationEssentials
import Glibc
package import Operations
package import PlanModel
import SystemPackage

/// Runs the commands of a plan on this machine: those of its `run` steps, and those that are told of events.
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
        let mask = SecretMask(try secrets())
        let folder = try CommandFolder(results(), as: "results.json")
        let own = ["STEP": call.step, "PHASE": call.phase.rawValue, "RESULTS": folder.file.string]
        return try await run(call.words, call.settings, own, folder, Printed(mask, show))
    }

    /// Runs the command of a receiver. Nobody sees what it prints.
    /// - Parameter event: what it gets on its standard input.
    /// - Throws: `HookRefusal` if the command was not started.
    package func tell(_ command: RunStep, of occasion: Occasion, _ event: String) async throws -> HookEnd {
        let folder = try CommandFolder(event, as: "event.json")
        let end = try await run(
            command.command, command, ["EVENT": occasion.rawValue], folder, input: folder.file,
            Printed(SecretMask([]), { _ in }))
        return HookEnd(exitCode: end.exitCode)
    }

    /// - Parameters:
    ///   - own: planrun's variables that depend on why the command runs, without `PLANRUN_`.
    ///   - folder: is removed when the command has ended.
    private func run(
        _ words: [String], _ settings: RunStep, _ own: [String: String], _ folder: CommandFolder,
        input: FilePath = "/dev/null", _ printed: Printed
    ) async throws -> HookEnd {
        defer { folder.remove() }
        try Task.checkCancellation()
        let variables = try variables(settings, own)
        let command = GuardedCommand(
            words: [try program(words, variables["PATH"]).string] + words.dropFirst(), environment: variables,
            directory: try directory(settings), input: input, doomedFolder: folder.path)
        return try await run(command, printed)
    }

    /// Everything that is not shown of what a command prints. What is secret for somebody who is told of the run is left
    /// out where it cannot be read: the run goes on without them.
    private func secrets() throws(HookRefusal) -> [String] {
        let receivers = Set(plan.receiverSecrets)
        var values: [String] = []
        for reference in plan.secrets {
            if receivers.contains(reference) {
                if let value = try? readAtOnce(reference) { values.append(value) }
            } else {
                values.append(try read(reference))
            }
        }
        return values
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
            let variables = try variables(step, [:])
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

    private func variables(_ settings: RunStep, _ own: [String: String]) throws(HookRefusal) -> [String: String] {
        var variables = environment.filter { !$0.key.hasPrefix("PLANRUN_") }
        for case .environment(let name) in plan.secrets { variables[name] = nil }
        for (name, value) in settings.environment { variables[name] = try read(value) }
        let everywhere = [
            // A plan of one pair of servers has no shards.
            "PLAN": absolute(plan.file.path).string, "RUN": lineage, "SHARD": "", "SOURCE": "\(plan.source.endpoint)",
            "TARGET": "\(plan.target.endpoint)",
        ]
        for (name, value) in everywhere.merging(own, uniquingKeysWith: { $1 }) { variables["PLANRUN_\(name)"] = value }
        return variables
    }

    private func read(_ value: VariableValue) throws(HookRefusal) -> String {
        switch value {
        case .text(let text): text
        case .secret(let reference): try readAtOnce(reference)
        }
    }

    /// A command that is told of the run must not hold it up.
    private func readAtOnce(_ reference: SecretReference) throws(HookRefusal) -> String {
        do {
            return try reference.readAtOnce(planPath: plan.file.path, environment: environment)
        } catch {
            throw HookRefusal(error.message, help: error.help)
        }
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
