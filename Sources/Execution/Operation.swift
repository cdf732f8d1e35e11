package import PlanGraph

/// The code that carries out one node of the graph.
///
/// Four moments: `inspect` reads the servers, `perform` changes them, `verify` reads them again, `undo` takes the change
/// back with what was recorded before it was made. Performing twice changes nothing, because that is what resume does
/// after a crash in between.
package protocol Operation: Sendable {
    /// Is it already done? May it be done? Throws `StepFailure` where it may not.
    func inspect(_ context: StepContext) async throws -> Inspection
    func perform(_ context: StepContext) async throws
    /// Is it done now, according to the servers? Its result is kept in the state file.
    func verify(_ context: StepContext) async throws -> StepResult
    /// Takes back what `perform` changed, as far as the servers show that it is there. Returns what was done, as a
    /// sentence; `nil` where there was nothing to take back.
    func undo(_ context: StepContext) async throws -> String?
    /// For a point of no return that was begun and has no outcome on record: whether it was passed, judged by its undo
    /// data and by what the servers say. Changes nothing.
    func passage(_ undo: StateValue) async -> Passage
    /// Sentences about what the operation would do now, as far as the plan alone does not tell it. Asks the servers,
    /// changes nothing.
    func outlook() async -> [String]
}

extension Operation {
    package func outlook() async -> [String] { [] }

    package func passage(_ undo: StateValue) async -> Passage { .ahead }
}

/// What `inspect` has found: the work is done already, or it is to be done.
package enum Inspection: Sendable, Equatable {
    /// There is nothing to do, for this reason, which is a sentence. `verify` follows.
    case done(String)
    /// `perform` is called next. `undo` is written to the state file before that; on a later attempt the operation
    /// finds it in its context and returns what still holds of it. With `nil` what was recorded before stays, or an
    /// empty object is recorded: that there is undo data at all says that `perform` may have been called, and only then
    /// is `undo` ever called.
    case ready(undo: StateValue?)
}

/// Makes the operation for a node. It is the one place that knows what the nodes of a graph do.
package protocol OperationProvider: Sendable {
    func operation(for node: NodeID) -> any Operation
}
