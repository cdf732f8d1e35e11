import ArgumentParser
import Rehearsal
import SystemPackage

/// Hands the role of primary over in every possible way, on real servers under load: how many writes are lost, and how
/// long writes wait.
struct CutoverBenchmark: AsyncParsableCommand {
    static let name = "cutover"
    static let summary = "hand over under load by every procedure in turn: writes lost, write gap, pause, errors"

    static let configuration = CommandConfiguration(
        commandName: name,
        abstract: "Hand over under load, by every procedure in turn.",
        discussion: """
            Every run has servers of its own: a source, a target in sync with it, and Sentinels with their ordinary \
            periods. Lost is what was acknowledged and is not on the primary in the end; the write gap is the longest time \
            between two acknowledged writes of all writers together.
            """)

    @Option(help: "How often each procedure is carried out, in each setting.")
    var runs = 3

    @Option(help: "Keys of all types that are there before.")
    var keys = 20_000

    @Option(help: "Writers, each with a connection of its own.")
    var writers = 8

    @Option(parsing: .singleValue, help: "Writes per second of all writers together, or 'full'; repeatable.")
    var rate: [CutoverSetting.Rate] = [.perSecond(5_000), .full]

    @Option(parsing: .singleValue, help: "How many Sentinels watch; repeatable.")
    var sentinels: [Int] = [1, 3]

    @Option(help: "Replicas of the source other than the target.")
    var replicas = 0

    @Flag(help: "The writers ask the Sentinels for SENTINEL MASTERS, as redis-py does, not for the primary's address.")
    var asksMasters = false

    @Option(parsing: .singleValue, help: "Only procedures whose name contains this; repeatable.")
    var only: [String] = []

    @Flag(name: .long, help: "Print JSON.")
    var json = false

    func validate() throws {
        guard runs > 0, writers > 0, keys >= 0, sentinels.allSatisfy({ $0 > 0 }) else {
            throw ValidationError("runs, writers and Sentinels are at least 1")
        }
        guard !procedures.isEmpty else {
            let names = CutoverProcedures.all.map(\.name).joined(separator: ", ")
            throw ValidationError("no procedure is called like that; there are: \(names)")
        }
    }

    private var procedures: [any CutoverProcedure] {
        CutoverProcedures.all.filter { procedure in only.isEmpty || only.contains { procedure.name.contains($0) } }
    }

    func run() async throws {
        for note in CutoverProcedures.leftOut { Progress.note(note) }
        var table = CutoverTable(runs: runs)
        for count in sentinels {
            for rate in rate {
                let setting = CutoverSetting(
                    sentinels: count, rate: rate, writers: writers, keys: keys, replicas: replicas,
                    question: asksMasters ? .primaries : .address)
                table.settings.append(try await measure(setting))
            }
        }
        print(json ? table.json : table.text)
    }

    /// Runs the procedures in turn, so that other work of the machine affects all of them alike.
    private func measure(_ setting: CutoverSetting) async throws -> CutoverTable.Setting {
        let procedures = procedures.filter { $0.leastSentinels <= setting.sentinels }
        var rows = procedures.map { CutoverTable.Row(procedure: $0.name) }
        for number in 1...runs {
            for (index, procedure) in procedures.enumerated() {
                do {
                    let outcome = try await setting.carryOut(procedure)
                    Progress.note("\(setting), run \(number): \(procedure.name): \(outcome)")
                    rows[index].outcomes.append(outcome)
                } catch {
                    Progress.note("\(setting), run \(number): \(procedure.name) failed: \(error)")
                    rows[index].failures.append("\(error)")
                }
            }
        }
        return CutoverTable.Setting(name: "\(setting)", rows: rows)
    }
}

/// Prints lines to standard error while a benchmark goes on.
enum Progress {
    static func note(_ line: String) {
        _ = try? FileDescriptor.standardError.writeAll("\(line)\n".utf8)
    }
}
