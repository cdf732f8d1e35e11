import NIOCore
package import RESP

/// The keys, of all types, that a private source is filled with. Equal seeds make equal keys.
package struct DataSet: Sendable, Hashable {
    package var keys: Int
    package var seed: UInt64

    package init(keys: Int = 20_000, seed: UInt64 = 1) {
        self.keys = keys
        self.seed = seed
    }

    /// Counts what was written: the keys of each database, and how many of them have a TTL.
    package struct Contents: Sendable, Equatable {
        package var keys: [Int: Int] = [:]
        package var expiring: [Int: Int] = [:]
    }

    /// Writes four fifths of the keys to database 0 and one fifth to database 1. Every eighth key expires in an hour.
    /// Nobody else may use the session meanwhile.
    @discardableResult
    package func fill(_ session: any CommandSession) async throws -> Contents {
        var contents = Contents()
        var random = SplitMix(state: seed)
        for (database, indices) in [(0, 0..<keys * 4 / 5), (1, keys * 4 / 5..<keys)] {
            for first in stride(from: indices.lowerBound, to: indices.upperBound, by: 500) {
                // A session can reconnect between two pipelines, and a new connection begins in database 0.
                var commands: [Command] = [["SELECT", String(database)]]
                for index in first..<min(first + 500, indices.upperBound) {
                    let sample = SampleKey(index: index, using: &random)
                    commands += sample.commands
                    contents.keys[database, default: 0] += 1
                    if sample.expires { contents.expiring[database, default: 0] += 1 }
                }
                try await send(commands + [["SELECT", "0"]], on: session)
            }
        }
        return contents
    }

    private func send(_ commands: [Command], on session: any CommandSession) async throws {
        let replies = try await session.pipeline(commands, timeout: .seconds(60))
        for (command, reply) in zip(commands, replies) {
            guard case .error(let error) = reply else { continue }
            throw RehearsalError(
                code: .commandRefused,
                sentence: "\(session.address) refused \(command.name) while it was filled with test data: \(error.code)"
            )
        }
    }
}

extension Command {
    var name: String { arguments.first.map { String(buffer: $0) } ?? "" }
}

/// SplitMix64: a small random generator that draws the same numbers on every platform.
package struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    package init(state: UInt64) { self.state = state }

    package mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return mixed ^ (mixed >> 31)
    }
}
