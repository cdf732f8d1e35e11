import NIOCore
package import RESP

/// Keys of all types for a private source, the same ones for the same seed.
package struct DataSet: Sendable, Hashable {
    package var keys: Int
    package var seed: UInt64

    package init(keys: Int = 20_000, seed: UInt64 = 1) {
        self.keys = keys
        self.seed = seed
    }

    /// What was written: keys by database, and how many of them have a TTL.
    package struct Contents: Sendable, Equatable {
        package var keys: [Int: Int] = [:]
        package var expiring: [Int: Int] = [:]
    }

    /// Fills databases 0 and 1, four fifths and one fifth, through a session that is used by nobody else meanwhile.
    /// Every eighth key lives for an hour.
    @discardableResult
    package func fill(_ session: any CommandSession) async throws -> Contents {
        var contents = Contents()
        var random = SplitMix(state: seed)
        for (database, indices) in [(0, 0..<keys * 4 / 5), (1, keys * 4 / 5..<keys)] {
            for first in stride(from: indices.lowerBound, to: indices.upperBound, by: 500) {
                // A session may connect again between two pipelines, and is in database 0 then.
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
                sentence: "\(session.address) refused \(command.name) while it was filled: \(error.code)")
        }
    }
}

extension Command {
    var name: String { arguments.first.map { String(buffer: $0) } ?? "" }
}

/// SplitMix64: small, and the same everywhere.
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
