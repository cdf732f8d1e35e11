/// The whole process `planrun validate`, against a process that does nothing. It also measures plans of hostile shapes
/// that grow tenfold, which must cost at most twelve times as much.
struct ValidateBenchmark: Benchmark {
    static let name = "validate"
    static let summary =
        "planrun validate plans/sentinel-promotion.yaml, whole process, against /bin/true; plans of hostile shapes that grow tenfold"

    func measure() async throws -> [Report.Result] {
        let validate = Child(arguments: [try Child.planrun(), "validate", "plans/sentinel-promotion.yaml"])
        let nothing = Child(arguments: ["/bin/true"])
        var costs: (validate: [Child.Cost], nothing: [Child.Cost]) = ([], [])
        let count = 101
        for turn in 0..<(count + 5) {
            let (high, low) = (try validate.run(), try nothing.run())
            // The first turns bring the files into memory.
            guard turn >= 5 else { continue }
            costs.validate.append(high)
            costs.nothing.append(low)
        }
        func median(_ costs: [Child.Cost], _ part: (Child.Cost) -> Duration) -> Duration {
            costs.map(part).sorted()[count / 2]
        }
        let whole = [
            Report.Result(
                "wall time of validate", median(costs.validate) { $0.wall }, against: "/bin/true",
                median(costs.nothing) { $0.wall }),
            Report.Result(
                "processor time of validate", median(costs.validate) { $0.processor }, against: "/bin/true",
                median(costs.nothing) { $0.processor }),
        ]
        return whole + (try HostilePlan.all.map { try $0.growth() })
    }
}
