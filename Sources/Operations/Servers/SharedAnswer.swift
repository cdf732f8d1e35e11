import Synchronization

/// One answer for several tasks that ask at about the same time: the server is asked only once.
///
/// It is meant for long answers that many checks need. `CLIENT LIST` of a source with 1,000 clients is 300 KB long, and
/// seven checks ask for it at the same moment.
final class SharedAnswer<Value: Sendable>: Sendable {
    private let last = Mutex<(task: Task<Value, any Error>, age: Stopwatch)?>(nil)

    /// - Parameter limit: how old an answer may be. If it is older, the server is asked again.
    func value(
        upTo limit: Duration, clock: any Clock<Duration>, _ ask: @escaping @Sendable () async throws -> Value
    ) async throws -> Value {
        let task = last.withLock { last in
            if let last, last.age.elapsed < limit { return last.task }
            let task = Task { try await ask() }
            last = (task, Stopwatch(clock))
            return task
        }
        do {
            // Cancelling one task cancels the question for all others that wait for it. That does no harm, because they
            // are checks of one run and are cancelled together.
            return try await withTaskCancellationHandler {
                try await task.value
            } onCancel: {
                task.cancel()
            }
        } catch {
            last.withLock { $0 = nil }
            throw error
        }
    }
}

/// Holds one shared answer for each type of answer, or for each subject of that type.
final class SharedAnswers: Sendable {
    private struct Key: Hashable {
        let kind: ObjectIdentifier
        let subject: String
    }

    private let answers = Mutex<[Key: any Sendable]>([:])

    /// - Parameter subject: tells several answers of one type apart.
    func answer<Value: Sendable>(_ kind: Value.Type, about subject: String = "") -> SharedAnswer<Value> {
        let key = Key(kind: ObjectIdentifier(kind), subject: subject)
        return answers.withLock { answers in
            if let answer = answers[key] as? SharedAnswer<Value> { return answer }
            let answer = SharedAnswer<Value>()
            answers[key] = answer
            return answer
        }
    }
}
