import PlanGraph

/// What a run does when the store has answered. Whoever waited for a checkpoint goes on. If the record cannot be
/// written, or the lease is lost, the run is stopped.
extension RunDriver {
    /// The operation goes on when its intent is in the store.
    mutating func intend(_ id: NodeID, undo: StateValue?, _ reply: CheckedContinuation<Void, any Error>) {
        if journal.isLost, let failure = journal.failure {
            reply.resume(throwing: failure)
        } else {
            journal.intend(id, undo: undo, reply)
        }
    }

    mutating func receive(_ report: CheckpointWriter.Report, _ group: inout DiscardingTaskGroup) {
        switch report {
        case .written(let serial):
            for waiter in journal.written(serial) {
                switch waiter {
                case .intent(let reply): reply.resume()
                case .undo(let nodes): attempt(nodes, &group)
                }
            }
        case .notWritten(_, let failure) where failure.code == .leaseLost: leaseLost(failure, &group)
        case .notWritten(let serial, let failure):
            let waiters = journal.notWritten(serial, failure)
            // Nothing more is started without a record of it, but everything that is running may finish.
            if outcome == nil { carryOut(machine.interrupted(), &group) }
            refuse(waiters, failure, &group)
        }
    }

    /// Somebody else may carry out the run by now. Everything that is running is stopped, and what still waits for a
    /// checkpoint does not begin.
    mutating func leaseLost(_ failure: StoreFailure, _ group: inout DiscardingTaskGroup) {
        guard !journal.isLost else { return }
        let waiters = journal.lost(failure)
        guard outcome == nil else { return }
        stopping.loseLease()
        carryOut(machine.cancelled(), &group)
        refuse(waiters, failure, &group)
    }

    private mutating func refuse(
        _ waiters: [Journal.Waiter], _ failure: StoreFailure, _ group: inout DiscardingTaskGroup
    ) {
        for waiter in waiters {
            switch waiter {
            case .intent(let reply): reply.resume(throwing: failure)
            case .undo(let nodes): for node in nodes { carryOut(machine.abandoned(node.id), &group) }
            }
        }
    }
}
