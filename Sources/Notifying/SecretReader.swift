import PlanModel

/// Reads what a plan says of a webhook, each time anew: a token may have been renewed meanwhile.
struct SecretReader: Sendable {
    let planPath: String
    let environment: [String: String]

    func read(_ value: VariableValue) throws(DeliveryProblem) -> String {
        switch value {
        case .text(let text): return text
        case .secret(let reference):
            do throws(SecretError) {
                return try reference.readAtOnce(planPath: planPath, environment: environment)
            } catch {
                throw DeliveryProblem(words: error.message, canPass: false)
            }
        }
    }
}
