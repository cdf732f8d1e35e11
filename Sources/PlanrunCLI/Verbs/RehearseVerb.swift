import ArgumentParser
import Execution
import Operations
import PlanModel
import Rehearsal

struct RehearseVerb: Verb {
    static let isReadOnly = false
    static let configuration = CommandConfiguration(
        commandName: "rehearse",
        abstract: "Carry a plan out against private servers on this machine, under load, and count what is lost.",
        discussion: """
            Starts a source, a target and as many Sentinels as the plan names on free ports of 127.0.0.1, fills the source, \
            keeps Sentinel-aware writers going, and carries the plan out against these servers. The servers of the plan are \
            never spoken to. Exit code 1 if an acknowledged write was lost.
            """)

    @Argument(help: "The plan file.", completion: .file(extensions: ["yaml", "yml"]))
    var plan: String

    @Option(name: .long, help: ArgumentHelp("Keys in the source, of all types, in two databases.", valueName: "count"))
    var keys = 20_000

    @Option(name: .long, help: ArgumentHelp("Connections that write.", valueName: "count"))
    var writers = 8

    @Option(
        name: .long,
        help: ArgumentHelp("Writes per second of all writers together; 0 is as fast as they can.", valueName: "count"))
    var rate = 2_000

    @Flag(name: .long, help: "Keep the folder with logs and configuration, and say where it is.")
    var keep = false

    @Flag(
        name: .customLong("with-run"),
        help: "Really run the commands of run steps, and tell receivers. Without it, it is said what would be run.")
    var withRun = false

    @Option(name: .long, help: "text, or json: one event a line, the verdict last.")
    var format: TextFormat = .text

    @OptionGroup var metering: MetricsOptions

    @OptionGroup var display: DisplayOptions

    func validate() throws {
        guard keys >= 0 else { throw ValidationError("--keys takes a number of 0 or more") }
        guard (1...1000).contains(writers) else { throw ValidationError("--writers takes a number from 1 to 1000") }
        guard rate >= 0 else { throw ValidationError("--rate takes a number of 0 or more") }
    }

    func run(_ context: CommandContext) async throws -> ExitStatus {
        let plan = try context.loadPlan(plan)
        let metering = try await Metering(metering, context)
        let rehearsal = RehearsalRun(
            context: context, metering: metering, plan: plan, data: DataSet(keys: keys),
            load: WriteLoad.Settings(writers: writers, rate: rate == 0 ? nil : rate), keeps: keep,
            runsCommands: withRun, format: format)
        let status = await rehearsal.run()
        await metering.close()
        return status
    }
}
