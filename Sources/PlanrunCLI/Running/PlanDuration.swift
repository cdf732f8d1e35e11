import ArgumentParser
import Values

/// A duration on the command line, spelt as in a plan: `90s`, `1h30m`.
struct PlanDuration: ExpressibleByArgument {
    let value: Duration

    init(value: Duration) { self.value = value }

    init?(argument: String) {
        guard let value = try? Duration(planText: argument) else { return nil }
        self.value = value
    }

    var defaultValueDescription: String { value.planText }
}
