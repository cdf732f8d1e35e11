internal import Diagnostics
internal import Escaping

/// Runs a command of the user's, such as one that changes a DNS record or a load balancer.
package struct RunStep: Sendable, Hashable {
    /// The program and its arguments. No shell reads them.
    package var command: [String]
    /// What takes the command's effect back; `nil` if nothing does.
    package var undo: [String]?
    /// What tells whether the command was done, for an attempt that was cut off.
    package var check: [String]?
    /// Variables of the command besides those that planrun sets.
    package var environment: [String: VariableValue]
    /// The folder in which the command runs; `nil` is the folder of the plan file.
    package var directory: String?

    package init(
        command: [String], undo: [String]? = nil, check: [String]? = nil, environment: [String: VariableValue] = [:],
        directory: String? = nil
    ) {
        self.command = command
        self.undo = undo
        self.check = check
        self.environment = environment
        self.directory = directory
    }

    /// The words of a command as a person types them.
    package static func line(_ words: [String]) -> String { words.map(\.shellWord).joined(separator: " ") }
}

extension RunStep: StepDeclaration {
    package static let name = StepKind.Name.run
    package static let meaning =
        "Runs a command of yours, for DNS, load balancers or feature flags, never through a shell. Undone by its 'undo'."
    /// Long enough for a change of DNS; a command that hangs holds up the run for as long.
    package static let defaults = StepDefaults(timeout: .seconds(300))

    package var kind: StepKind { .run(self) }

    package func summary(_ scene: StepScene) -> String { "runs \(Self.line(command)) on this machine" }
    package func wayBack(_ scene: StepScene) -> String? { undo.map { "runs \(Self.line($0))" } }

    /// Commands change what no rehearsal has a private copy of.
    package func rehearsed(_ cast: RehearsalCast) -> Self? { cast.runsCommands ? self : nil }
}

extension RunStep: StepSettings {
    private static let commandField = Field(
        "command", words("a list of words: [./dns.sh, cutover]"), example: ["hooks/dns.sh", "cutover"],
        "The program and its arguments. A program with a '/' in its name is looked up from the folder of the plan.")
    private static let undoField = Field(
        "undo", words("a list of words: [./dns.sh, back]"), example: ["hooks/dns.sh", "back"],
        "What takes the command back. A rollback runs it also where it is not known whether the command was done.")
    private static let checkField = Field(
        "check", words("a list of words: [./dns.sh, check]"), example: ["hooks/dns.sh", "check"],
        "Asked when an attempt was cut off: it ends with 0 if the command was done and with 1 if it was not.")
    private static let environmentField = Field(
        "environment", .variables,
        "Variables for the commands, each a text or a reference to a secret: { env: NAME } or { file: PATH }.")
    private static let directoryField = Field(
        "directory", .text("a path"), example: "hooks",
        "The folder in which the commands run, relative to the plan; without it, the folder of the plan.")

    private static func words(_ expected: String) -> ValueType<[Located<String>]> {
        ValueType<String>.text("a word").list(expected, atLeast: 1)
    }

    static var fields: [any FieldDeclaration] {
        [commandField, undoField, checkField, environmentField, directoryField]
    }
    static var requiredKeys: [String] { [commandField.key] }

    static func read(_ reader: inout MappingReader, checks: [CheckDeclaration]) -> Self? {
        let command = reader.required(commandField)
        let undo = reader.optional(undoField)
        let check = reader.optional(checkField)
        let environment = reader.optional(environmentField)
        let directory = reader.optional(directoryField)
        return command.map { command in
            RunStep(
                command: command.map(\.value), undo: undo?.map(\.value), check: check?.map(\.value),
                environment: environment ?? [:], directory: directory)
        }
    }

    package var spelledSettings: [(key: String, value: String)] {
        func spelled(_ words: [String]) -> String { "[\(words.map(\.shellWord).joined(separator: ", "))]" }
        return [
            (Self.commandField.key, spelled(command)), undo.map { (Self.undoField.key, spelled($0)) },
            check.map { (Self.checkField.key, spelled($0)) },
            environment.isEmpty ? nil : Self.environmentField.setting(environment),
            directory.map(Self.directoryField.setting),
        ].compactMap(\.self)
    }
}

extension Plan {
    /// The path of a file that the plan names; a relative one is looked up in the folder of the plan file.
    package func resolve(_ path: String) -> String { PlanPath.resolve(path, planPath: file.path) }

    /// The program that a command begins with: a path as above if it has a '/', otherwise a name to be looked up in
    /// `PATH`.
    package func resolveProgram(_ word: String) -> String { word.contains("/") ? resolve(word) : word }
}
