import ArgumentParser
import PlanModel
import Values

/// Where the numbers of a run go while it is carried out.
struct MetricsOptions: ParsableArguments {
    @Option(
        name: .long,
        help: ArgumentHelp(
            "Answer http://HOST:PORT/metrics for as long as the run goes on, as OpenMetrics.", valueName: "host:port"),
        transform: Endpoint.argument)
    var metrics: Endpoint?

    @Option(
        name: .customLong("metrics-file"),
        help: ArgumentHelp(
            "Keep the same numbers in a file, for the node exporter's textfile collector.", valueName: "path"),
        completion: .file(extensions: ["prom"]))
    var metricsFile: String?
}
