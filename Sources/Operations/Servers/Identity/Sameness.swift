import RESP
import Synchronization
import Values

/// Whether two addresses lead to the same server process.
enum Sameness: Sendable, Equatable {
    case same, different
    /// planrun could not find out; the sentence says why.
    case unknown(String)
}

/// What this process has found out about addresses, so that no server is asked the same question twice.
final class KnownAddresses: Sendable {
    struct Pair: Hashable, Sendable {
        let left: Endpoint
        let right: Endpoint
    }

    private typealias Answer = (task: Task<Sameness, Never>, age: Stopwatch)

    /// Set while writes are held back, when planrun must spend no time on questions. What is not known by then stays
    /// unknown.
    @TaskLocal static var asksNobody = false

    /// An answer `unknown` is good for this long. After that the question is asked again.
    private static let patience = Duration.seconds(5)

    private let answers = Mutex<[Pair: Answer]>([:])
    private let hosts = Mutex<[String: Set<String>]>([:])

    /// The IPs of a host.
    /// - Parameter lookUp: the resolver. It is not called while writes are held back; the last result counts then.
    func ips(of host: String, _ lookUp: @Sendable (String) async -> Set<String>) async -> Set<String> {
        if Self.asksNobody { return hosts.withLock { $0[host] } ?? [] }
        let ips = await lookUp(host)
        hosts.withLock { $0[host] = ips }
        return ips
    }

    func sameness(
        of pair: Pair, clock: any Clock<Duration>, _ ask: @escaping @Sendable () async -> Sameness
    ) async -> Sameness {
        let begin: @Sendable () -> Answer = { (Task { await ask() }, Stopwatch(clock)) }
        guard let known = answers.withLock({ $0[pair] }) else {
            if Self.asksNobody { return .unknown("nobody is asked while writes are held back") }
            let answer = answers.withLock { answers in
                let answer = answers[pair] ?? begin()
                answers[pair] = answer
                return answer
            }
            return await answer.task.value
        }
        let answer = await known.task.value
        guard case .unknown = answer, known.age.elapsed >= Self.patience, !Self.asksNobody else { return answer }
        let again = answers.withLock { answers in
            // Another task may have asked again in the meantime.
            if let newer = answers[pair], newer.task != known.task { return newer }
            let answer = begin()
            answers[pair] = answer
            return answer
        }
        return await again.task.value
    }
}
