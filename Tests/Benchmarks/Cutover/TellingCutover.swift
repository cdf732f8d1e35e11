import PlanModel
import TestKit

/// The built `planrun`, which tells web servers of the cutover that never answer, refuse, close the connection, or send
/// an answer without end.
struct TellingCutover: CutoverProcedure {
    let cutover: PlanrunCutover

    var name: String { Self.name(of: cutover.name) }
    var leastSentinels: Int { cutover.leastSentinels }

    /// The name of a procedure in front of such receivers.
    static func name(of procedure: String) -> String { "\(procedure), hostile receivers" }

    func carryOut(in world: CutoverWorld) async throws -> CutoverAccount {
        try await WebReceiver.with([.silent]) { silent in
            try await WebReceiver.with([.close]) { closing in
                try await WebReceiver.with([.endless]) { lying in
                    let refusing = "http://\(try await PlainHTTP.freeAddress())/hook"
                    var cutover = cutover
                    cutover.receivers = [
                        "silent": silent.url, "closing": closing.url, "lying": lying.url, "refusing": refusing,
                    ]
                    return try await cutover.planrun(in: world, "apply", "--auto-approve")
                }
            }
        }
    }
}
