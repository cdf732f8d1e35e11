import ArgumentParser

/// `planrun-benchmarks NAME [--json]`: what planrun costs, as ratios to a floor that is measured in the same run.
@main
struct Benchmarks: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "planrun-benchmarks",
        abstract: "Measure what planrun costs, against a floor measured in the same run.",
        discussion: "Use a release build: swift run -c release planrun-benchmarks NAME",
        subcommands: [Measure.self, CutoverBenchmark.self, ComparisonBenchmark.self, DragonflyRecording.self],
        defaultSubcommand: Measure.self)

    static var all: [any Benchmark.Type] {
        [
            ValidateBenchmark.self, CompileBenchmark.self, RESPBenchmark.self, RehearsalBenchmark.self,
            PreflightBenchmark.self, CheckpointBenchmark.self,
        ]
    }
}

/// Runs a benchmark that has no options, or lists all of them.
struct Measure: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "One of the benchmarks without options of their own; without a name all are listed.")

    @Argument(help: "Which; without it they are listed.")
    var name: String?

    @Flag(name: .long, help: "Print JSON.")
    var json = false

    func validate() throws {
        guard let name else { return }
        guard Benchmarks.all.contains(where: { $0.name == name }) else {
            let names = Benchmarks.all.map { $0.name } + [CutoverBenchmark.name, ComparisonBenchmark.name]
            throw ValidationError(
                "no benchmark is called '\(name)'; there are: \(names.joined(separator: ", "))")
        }
    }

    func run() async throws {
        guard let benchmark = Benchmarks.all.first(where: { $0.name == name }) else {
            for benchmark in Benchmarks.all { print("\(benchmark.name): \(benchmark.summary)") }
            print("\(CutoverBenchmark.name): \(CutoverBenchmark.summary)")
            print("\(ComparisonBenchmark.name): \(ComparisonBenchmark.summary)")
            return
        }
        let report = Report(benchmark: benchmark.name, results: try await benchmark.init().measure())
        print(json ? report.json : report.text)
    }
}

protocol Benchmark {
    static var name: String { get }
    /// What is measured, and against what, in one line.
    static var summary: String { get }
    init()
    func measure() async throws -> [Report.Result]
}
