import RESP
import Synchronization
import Values

/// Whether two addresses lead to the same server process.
enum Sameness: Sendable, Equatable {
    case same, different
    /// It could not be told; the sentence says why.
    case unknown(String)
}

/// What this process has found out about addresses, so that no server is asked the same thing twice.
final class KnownAddresses: Sendable {
    struct Pair: Hashable, Sendable {
        let left: Endpoint
        let right: Endpoint
    }

    private typealias Answer = (task: Task<Sameness, Never>, age: Stopwatch)

    /// Set while writes are held back, when planrun must not spend time on questions: what is not known by then stays
    /// unknown.
    @TaskLocal static var asksNobody = false

    /// After this time a question is asked again whose answer was `unknown`.
    private static let patience = Duration.seconds(5)

    private let answers = Mutex<[Pair: Answer]>([:])
    private let hosts = Mutex<[String: Set<String>]>([:])

    /// The IPs of a host.
    /// - Parameter lookUp: the resolver, which is not asked while writes are held back.
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
            // Another task may have asked again meanwhile.
            if let newer = answers[pair], newer.task != known.task { return newer }
            let answer = begin()
            answers[pair] = answer
            return answer
        }
        return await again.task.value
    }
}
