import Execution
import Operations

/// Answers approvals: from the arguments, or by asking the person at the terminal.
struct TerminalApprover: Approver {
    let approvals: Approvals
    /// `nil` if there is nobody to ask.
    let inquiry: Inquiry?
    /// Says what cannot be taken back, and which way back the plan leaves after the cutover.
    var wayBack = ""
    /// The warnings that checks of this run have given so far.
    var warnings: @Sendable () -> [String] = { [] }

    /// The word that a person types to approve a step that leads to the point of no return.
    static let cutover = "cutover"

    func approvedInAdvance(_ step: String) -> String? { approvals.steps.contains(step) ? "--approve \(step)" : nil }

    func approval(
        of request: ApprovalRequest, facts: @escaping @Sendable () async throws -> [ApprovalFact]
    ) async throws -> Approval {
        if approvals.all { return .given("--auto-approve") }
        if let how = approvedInAdvance(request.step) { return .given(how) }
        guard let inquiry else { return .nobodyToAsk }
        let warned = warnings().map { "  warned of: \($0)" }
        let introduction = warned + (request.isBeforeCutover ? ["  \(wayBack)"] : [])
        let answer = try await inquiry.answer(
            to: request.question, request.isBeforeCutover ? .word(Self.cutover) : .letter,
            introduction: introduction.isEmpty ? [] : ["before you answer:"] + introduction, facts: facts)
        return switch answer {
        case .yes(let how): .given(how)
        case .no: .declined
        case .chosen(let word): preconditionFailure("'\(word)' was offered for no approval")
        }
    }

    func verdict(on step: String, command: String) async throws -> HookVerdict? {
        if approvals.done.contains(step) { return .done("--done \(step)") }
        if approvals.again.contains(step) { return .again }
        guard let inquiry else { return nil }
        let answer = try await inquiry.answer(
            to: "was it done, or shall it be run again?", .oneOf([Self.done, Self.again]),
            introduction: ["'\(step)' was cut off in the middle of '\(command)', and nobody but you can tell:"]
        ) { [] }
        return switch answer {
        case .chosen(Self.done): .done("'\(Self.done)' at the terminal")
        case .chosen: .again
        case .yes, .no: nil
        }
    }

    private static let done = "done"
    private static let again = "again"
}
