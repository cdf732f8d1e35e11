package import Execution
package import PlanModel
package import RESP

extension FailureCode {
    package static func operation(_ failure: OperationFailure) -> FailureCode { FailureCode(failure) }

    /// The code for a check that does not pass: the check's id.
    package static func check(_ check: CheckDeclaration) -> FailureCode { FailureCode(word: check.id) }

    /// The code of a failed connection or conversation with a server.
    package static func session(_ code: SessionError.Code) -> FailureCode { FailureCode(code) }
}

extension StepFailure {
    /// A failure of an operation, with a code of `OperationFailure`. Most operations need no other.
    init(
        code: OperationFailure, what: String, place: [String] = [], world: [String] = [], help: [String] = [],
        isTransient: Bool = false, isPause: Bool = false
    ) {
        self.init(
            code: .operation(code), what: what, place: place, world: world, help: help, isTransient: isTransient,
            isPause: isPause)
    }
}

extension SessionError.Code: DeclaredFailure {
    package var summary: String {
        switch self {
        case .hostUnresolvable: "the name of a server cannot be resolved"
        case .connectionRefused: "a server refuses connections"
        case .connectTimeout: "no connection to a server came about in time"
        case .tlsFailed: "no TLS connection to a server came about"
        case .authenticationFailed: "a server refused the login, or asks for one that the plan does not have"
        case .replyTimeout: "a server did not answer in time"
        case .connectionLost: "a server closed the connection"
        case .protocolViolation: "a server sent what is not its protocol"
        case .replyTooLarge: "a server sent more than a reply, or all replies of a connection, may take"
        case .closed: "the connection was closed by planrun itself"
        }
    }
}
