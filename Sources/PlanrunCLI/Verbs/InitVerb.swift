import ArgumentParser
import Diagnostics
import Escaping
import Execution
import FoundationEssentials
import Operations
import PlanModel
import SystemPackage
import Values

struct InitVerb: Verb {
    static let configuration = CommandConfiguration(
        commandName: "init",
        abstract: "Write a plan from what a Sentinel and the servers say. Asks only; changes no server.",
        discussion: """
            One Sentinel is enough: it names the source and the other Sentinels. A password is never an argument: name the
            environment variable that holds it, here and in the plan.

            Exit codes: 0 the plan is written, 1 a server did not say what a plan needs.
            """)

    @Option(
        name: .long, help: ArgumentHelp("One of the Sentinels that watch the source.", valueName: "host:port"),
        transform: Endpoint.argument)
    var sentinel: Endpoint

    @Option(name: .long, help: ArgumentHelp("The name under which they monitor it.", valueName: "name"))
    var primary: String

    @Option(
        name: .long, help: ArgumentHelp("The server that shall be the primary.", valueName: "host:port"),
        transform: Endpoint.argument)
    var target: Endpoint

    @Option(
        name: .long, help: ArgumentHelp("Write the plan to a new file, not to standard output.", valueName: "file"),
        completion: .file(extensions: ["yaml", "yml"]))
    var out: String?

    @OptionGroup(title: "Logging in") var login: LoginOptions

    @Option(
        name: .customLong("source-engine"),
        help: "redis, valkey or dragonfly, for a source that cannot be asked yet.")
    var sourceEngine: Engine?

    @Option(
        name: .customLong("target-engine"),
        help: "redis, valkey or dragonfly, for a target that cannot be asked yet.")
    var targetEngine: Engine?

    @OptionGroup var display: DisplayOptions

    func validate() throws {
        guard SentinelSettings.isPrimaryName(primary) else {
            throw ValidationError(
                "a plan cannot name a primary '\(VisibleText.escape(primary))': letters, digits and . - _ / : @ + = # ~ % may stand in it"
            )
        }
    }

    func run(_ context: CommandContext) async throws -> ExitStatus {
        if let out, FileManager.default.fileExists(atPath: out) { return refuseToWrite(out, .fileExists, context) }
        let found: Discovery
        do {
            found = try await Discoverer(
                request, connector: context.connector, environment: context.environment, resolve: context.resolve
            ).discover()
        } catch let failure as StepFailure {
            context.tell(
                Notice(
                    code: failure.code, what: failure.sentence, details: ["no plan was written"], help: failure.help))
            return .failure
        } catch let error as SecretError {
            context.tell(
                Notice(
                    code: FailureCode(error.code), what: error.message, details: ["no plan was written"],
                    help: [error.help]))
            return .invalid
        }
        let draft = ReviewedDraft(PlanDraft(found: found), path: planPath)
        return write(draft, found, context)
    }

    /// The file that relative paths of the plan belong to.
    private var planPath: String { out ?? "plan.yaml" }

    private var request: Discoverer.Request {
        var request = Discoverer.Request(sentinel: sentinel, primary: primary, target: target, planPath: planPath)
        let login = login.accesses(planPath: planPath)
        (request.sourceAccess, request.targetAccess, request.sentinelAccess) = (
            login.source, login.target, login.sentinel
        )
        (request.sourceEngine, request.targetEngine) = (sourceEngine, targetEngine)
        return request
    }

    private func write(_ draft: ReviewedDraft, _ found: Discovery, _ context: CommandContext) -> ExitStatus {
        if let out {
            do throws(Errno) {
                try WholeFile(path: out).create(Array(draft.file.text.utf8))
            } catch {
                return refuseToWrite(out, error == .fileExists ? .fileExists : .fileNotWritten, context)
            }
            context.output(VisibleText.escape("\(out): written"))
        } else {
            context.output(String(draft.file.text.dropLast()))
        }
        for remark in found.remarks { context.tell("note: \(VisibleText.escape(remark))") }
        if !draft.findings.isEmpty { context.show(draft.findings) }
        if let out {
            let commands = CommandLines(plan: out)
            let next = [
                commands.next("check", "ask the servers whether it can be carried out"),
                commands.next("plan", "what would happen, step by step"),
            ]
            for line in next.text(after: "  = help: ", width: context.messageStyle.width) { context.message(line) }
        }
        return .success
    }

    private func refuseToWrite(_ path: String, _ failure: VerbFailure, _ context: CommandContext) -> ExitStatus {
        let exists = failure == .fileExists
        context.tell(
            Notice(
                code: .verb(failure),
                what: exists ? "'\(path)' exists" : "'\(path)' could not be written",
                details: ["no plan was written"],
                help: [exists ? "name another file with '--out', or remove this one" : "name another file with '--out'"]
            ))
        return .failure
    }
}

extension Engine: ExpressibleByArgument {}

/// How to log in to the servers of a plan that is yet to be written.
struct LoginOptions: ParsableArguments {
    @Option(name: .long, help: ArgumentHelp("The user at source and target.", valueName: "name"))
    var username: String?

    @Option(
        name: .customLong("password-env"),
        help: ArgumentHelp("The variable with the password for source and target.", valueName: "variable"))
    var passwordVariable: String?

    @Option(
        name: .customLong("target-username"), help: ArgumentHelp("The user at the target.", valueName: "name"))
    var targetUsername: String?

    @Option(
        name: .customLong("target-password-env"),
        help: ArgumentHelp("The variable with the password for the target.", valueName: "variable"))
    var targetPasswordVariable: String?

    @Option(
        name: .customLong("sentinel-username"), help: ArgumentHelp("The user at the Sentinels.", valueName: "name"))
    var sentinelUsername: String?

    @Option(
        name: .customLong("sentinel-password-env"),
        help: ArgumentHelp("The variable with the password for the Sentinels.", valueName: "variable"))
    var sentinelPasswordVariable: String?

    @Flag(name: .long, help: "Reach source and target with TLS.")
    var tls = false

    @Flag(name: .customLong("sentinel-tls"), help: "Reach the Sentinels with TLS.")
    var sentinelTLS = false

    @Option(
        name: .customLong("tls-ca"),
        help: ArgumentHelp("The certificate authority; else the system's.", valueName: "file"),
        completion: .file())
    var authority: String?

    @Option(
        name: .customLong("tls-cert"), help: ArgumentHelp("planrun's own certificate.", valueName: "file"),
        completion: .file())
    var certificate: String?

    @Option(name: .customLong("tls-key"), help: ArgumentHelp("The key of it.", valueName: "file"), completion: .file())
    var key: String?

    func validate() throws {
        for variable in [passwordVariable, targetPasswordVariable, sentinelPasswordVariable].compactMap(\.self) {
            guard SecretReference.isEnvironmentName(variable) else {
                throw ValidationError(
                    "name the environment variable that holds a password, such as REDIS_PASSWORD, not the password itself"
                )
            }
        }
        if !tls, !sentinelTLS, [authority, certificate, key].contains(where: { $0 != nil }) {
            throw ValidationError("'--tls-ca', '--tls-cert' and '--tls-key' are for '--tls' and '--sentinel-tls'")
        }
        if (certificate == nil) != (key == nil) { throw ValidationError("'--tls-cert' and '--tls-key' go together") }
        let logins = [
            ("username", username, passwordVariable),
            ("target-username", targetUsername, targetPasswordVariable),
            ("sentinel-username", sentinelUsername, sentinelPasswordVariable),
        ]
        for (option, user, variable) in logins where user != nil && variable == nil {
            throw ValidationError("'--\(option)' needs the variable with its password")
        }
    }

    /// - Parameter planPath: the plan file, to whose folder paths in a plan belong. On a command line they belong to
    ///   the working folder.
    func accesses(planPath: String) -> (source: Access, target: Access, sentinel: Access) {
        func file(_ path: String?) -> String? {
            path.map { $0.moved(toFolderOf: planPath, from: FileManager.default.currentDirectoryPath) }
        }
        let settings = TLSSettings(ca: file(authority), certificate: file(certificate), key: file(key))
        func access(_ user: String?, _ variable: String?, _ usesTLS: Bool) -> Access {
            Access(
                username: user, password: variable.map(SecretReference.environment), tls: usesTLS ? settings : nil)
        }
        let source = access(username, passwordVariable, tls)
        return (
            source,
            targetPasswordVariable == nil ? source : access(targetUsername, targetPasswordVariable, tls),
            access(sentinelUsername, sentinelPasswordVariable, sentinelTLS)
        )
    }
}

extension String {
    /// The path of a file of the working folder, as a file in the folder of another one spells it.
    func moved(toFolderOf other: String, from folder: String) -> String {
        let (file, base) = (FilePath(self), FilePath(other).removingLastComponent())
        guard !file.isAbsolute, !base.isEmpty else { return self }
        let root = FilePath(folder)
        let from = root.pushing(base).lexicallyNormalized().components
        let to = root.pushing(file).lexicallyNormalized().components
        let shared = zip(from, to).prefix { $0 == $1 }.count
        let up = Array(repeating: "..", count: from.count - shared)
        return (up + to.dropFirst(shared).map(\.string)).joined(separator: "/")
    }
}
