import NIOCore
import RESP

/// Looks again at the keys that were not the same, until of each it is known whether it is a difference.
struct SuspectRounds: Sendable {
    /// What a further look at a key has shown.
    private struct Look {
        var observation = Suspects.Observation.same
        var sights = Pair<KeySight?>(source: nil, target: nil)
    }

    /// Suspects that are read at the same time.
    private static let company = 64

    let readers: Pair<ServerReader>
    let leader: Side?
    let footing: any Footing
    let clock: any Clock<Duration>
    let disclosure: KeyDisclosure
    let aftermath: Aftermath?

    private var judge: KeyJudge { KeyJudge(leader: leader) }

    /// Looks at the suspects in rounds until none is left.
    func settle(_ pass: inout ComparisonPass) async throws {
        while let (pause, suspects) = pass.suspects.round() {
            try await clock.sleep(for: pause)
            for (database, company) in Self.companies(suspects) {
                try await footing.check()
                let looks = try await look(database, company.map(\.key))
                for (suspect, look) in zip(company, looks) {
                    switch pass.suspects.judge(suspect, look.observation) {
                    case nil, .same: break
                    // Since the cutover applications write to the target alone.
                    case .unsettled where aftermath != nil: pass.progress.report.changedSince += 1
                    case .unsettled: pass.progress.report.unsettled += 1
                    case .difference(let kind):
                        try await add(kind, database, suspect.key, look.sights, &pass)
                    }
                }
                pass.note()
            }
        }
    }

    /// The suspects in groups that are small enough to be read at the same time, each of one database.
    private static func companies(_ suspects: [Suspects.Suspect]) -> [(database: Int, [Suspects.Suspect])] {
        Dictionary(grouping: suspects, by: \.database).sorted { $0.key < $1.key }.flatMap { database, all in
            stride(from: 0, to: all.count, by: company).map { first in
                (database, Array(all[first..<min(first + company, all.count)]))
            }
        }
    }

    /// Reads keys on the leading server, then on the other once it has caught up, and those that differ once more, to
    /// see whether they stood still.
    private func look(_ database: Int, _ keys: [ByteBuffer]) async throws -> [Look] {
        let first = leader ?? .source
        let before = try await readers[first].states(database, of: keys)
        try await footing.catchUp()
        let following = try await readers[first.other].states(database, of: keys)
        let differing = keys.indices.filter { judge.difference(before[$0], following[$0]) != nil }
        let doubtful = differing.map { keys[$0] }
        let after = try await readers[first].states(database, of: doubtful)
        // A server that follows nobody changes by itself.
        let last =
            leader == nil
            ? try await readers[first.other].states(database, of: doubtful) : differing.map { following[$0] }
        var looks = keys.map { _ in Look() }
        for (place, index) in differing.enumerated() {
            let states = KeyStates(
                before: before[index], following: following[index], after: after[place], last: last[place])
            let (leading, other) = (KeySight(states.after), KeySight(states.following))
            looks[index] = Look(
                observation: judge.observation(states),
                sights: first == .source
                    ? Pair(source: leading, target: other) : Pair(source: other, target: leading))
        }
        return looks
    }

    private func add(
        _ kind: Difference.Kind, _ database: Int, _ key: ByteBuffer, _ sights: Pair<KeySight?>,
        _ pass: inout ComparisonPass
    ) async throws {
        if let aftermath {
            let isStream = sights.target?.type == .stream
            switch try await readers.target.verdict(aftermath, database, key, isStream: isStream) {
            case .difference: break
            case .changedSince:
                pass.progress.report.changedSince += 1
                return
            case .unknown:
                pass.progress.report.unknownSince += 1
                return
            }
        }
        var difference = Difference(
            kind, database: database, key: key, source: sights.source, target: sights.target, disclosure: disclosure)
        if pass.names(kind), disclosure.showsValue(of: key) {
            if sights.source?.type == .string {
                difference.source?.beginning = try await readers.source.beginning(database, of: key)
            }
            if sights.target?.type == .string {
                difference.target?.beginning = try await readers.target.beginning(database, of: key)
            }
        }
        try pass.add(difference)
    }
}
