import Execution

extension StepResult {
    /// The same, with what keeps the target from taking writes: it comes first, since applications wait for it.
    func warned(of obstacles: [Finding]) -> StepResult {
        guard !obstacles.isEmpty else { return self }
        let all = Finding.combined(obstacles, passed: "")
        return StepResult(
            "\(summary); but \(all.saw)", verdict: .warned, help: all.remedy + help, facts: facts, memo: memo)
    }
}
