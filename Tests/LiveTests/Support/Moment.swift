import Glibc
import Synchronization
import TestKit
import Testing

/// A moment of a run, told by commands that servers get in this order: it is there when the last of them comes.
struct Moment: Sendable, CustomTestStringConvertible {
    struct Step: Sendable {
        let server: String
        let words: [String]
    }

    let testDescription: String
    let steps: [Step]
    /// Whether the moment is after the last command was carried out, and not before the server gets it.
    let isAfter: Bool

    /// - Parameter steps: each as `source: CLIENT PAUSE`, with the words at which the command begins; `sentinel` is any
    ///   Sentinel.
    init(_ name: String, after: Bool = false, _ steps: String...) {
        testDescription = name
        isAfter = after
        self.steps = steps.map { text in
            let words = text.split(separator: " ").map(String.init)
            return Step(server: String(words[0].dropLast()), words: Array(words.dropFirst()))
        }
    }
}

extension Gates {
    /// Does something once, at that moment, while the command is held back.
    /// - Parameter look: sees every command.
    func at(
        _ moment: Moment, seeing look: @escaping @Sendable (Gate.Sighting) -> Void = { _ in },
        _ action: @escaping @Sendable () async -> Gate.Passage
    ) {
        let seen = Mutex(0)
        watch { sighting in
            look(sighting)
            let isIt = seen.withLock { seen in
                guard seen < moment.steps.count, moment.steps[seen].matches(sighting) else { return false }
                seen += 1
                return seen == moment.steps.count
            }
            return isIt ? await action() : .pass
        }
    }

    /// Kills planrun at that moment.
    func kill(_ process: PlanrunProcess, at moment: Moment) {
        at(moment) {
            if moment.isAfter { return .passThen { await process.send(SIGKILL) } }
            await process.send(SIGKILL)
            return .drop
        }
    }
}

extension Moment.Step {
    fileprivate func matches(_ sighting: Gate.Sighting) -> Bool {
        (sighting.server == server || server == "sentinel" && sighting.server.hasPrefix("sentinel-"))
            && sighting.words.count >= words.count
            && zip(sighting.words, words).allSatisfy { $0.hasPrefix($1) }
    }
}
