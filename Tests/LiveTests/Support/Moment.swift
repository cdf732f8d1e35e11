import Glibc
import Synchronization
import TestKit
import Testing

/// A moment of a run, told by the commands that come by: the last of them, in this order, is it.
struct Moment: Sendable, CustomTestStringConvertible {
    struct Step: Sendable {
        let server: String
        let words: [String]
    }

    let testDescription: String
    let steps: [Step]
    /// Whether the server gets the last command.
    let isAfter: Bool

    /// - Parameter steps: `source: CLIENT PAUSE`, as far as the command has to be the same; `sentinel` is any of them.
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
    /// Does something once, at that moment. The command is held back meanwhile; not after it.
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
