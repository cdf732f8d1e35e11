package import PlanGraph

/// The code that carries out one node of the graph.
///
/// `inspect` reads the servers, `perform` changes them, `verify` reads them again. `undo` takes the change back, with
/// data that was recorded before the change. A second `perform` must change nothing more: if planrun dies after
/// `perform`, resume calls it again.
package protocol Operation: Sendable {
    /// Is it already done? May it be done? Throws `StepFailure` if it may not.
    func inspect(_ context: StepContext) async throws -> Inspection
    func perform(_ context: StepContext) async throws
    /// Is it done now, according to the servers? Its result is kept in the state file.
    func verify(_ context: StepContext) async throws -> StepResult
    /// Takes back what `perform` changed and is still there, according to the servers. Returns what was done and measured;
    /// `nil` if there was nothing to take back. The result is kept in the state file.
    func undo(_ context: StepContext) async throws -> StepResult?
    /// For a point of no return that was begun and has no outcome on record: whether it was passed, judged by its undo
    /// data and by what the servers say. Changes nothing.
    func passage(_ undo: StateValue?) async -> Passage
    /// What of the effect is still in place, judged by its undo data and by what the servers say as far as they answer.
    /// Changes nothing.
    func leftovers(_ undo: StateValue) async -> [Leftover]
    /// The undo data with which a new run takes over what an abandoned one has left in place; `nil` if nothing of it is
    /// left, or if the run of which it is cannot be taken back. Changes nothing.
    func inherited(_ undo: StateValue) async -> StateValue?
    /// What of an effect that was taken back still stands in the configuration file of a server, because the server could
    /// not write the file any more. It is asked to write it once more.
    func leftInFiles(_ undo: StateValue) async -> [Leftover]
    /// Sentences about what the operation would do now, but only what the plan itself does not say. Asks the servers,
    /// changes nothing.
    func outlook() async -> [String]
}

extension Operation {
    package func outlook() async -> [String] { [] }

    package func passage(_ undo: StateValue?) async -> Passage { .ahead }

    package func leftovers(_ undo: StateValue) async -> [Leftover] { [] }

    package func inherited(_ undo: StateValue) async -> StateValue? { nil }

    package func leftInFiles(_ undo: StateValue) async -> [Leftover] { [] }
}

/// What `inspect` has found: the work is done already, or it is to be done.
package enum Inspection: Sendable, Equatable {
    /// There is nothing to do. The text is a sentence that says why. `verify` is called next.
    case done(String)
    /// `perform` is called next. Before that, `undo` is written to the state file. On a later attempt the operation
    /// finds it in its context, and returns the part of it that still holds. With `nil`, undo data that was recorded
    /// earlier stays; if there is none, an empty object is recorded. Undo data on record means that `perform` may have
    /// been called, and `undo` is called only then.
    case ready(undo: StateValue?)
}

/// Makes the operation for a node. It is the one place that knows what the nodes of a graph do.
package protocol OperationProvider: Sendable {
    func operation(for node: NodeID) -> any Operation
}
