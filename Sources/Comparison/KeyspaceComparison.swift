import NIOCore
package import RESP

/// Compares all keys of two servers, both ways, while applications go on writing.
///
/// Nothing is dumped: both servers are asked the same questions, and equal bytes in the answers are equal data. Only
/// where they differ, and where a value is large, is the content of the answers looked at. Memory stays bounded
/// whatever the servers hold.
package struct KeyspaceComparison: Sendable {
    /// Keys of one page. A server answers a page at once, so a larger page would hold its other clients up longer.
    private static let page = 250
    /// Suspects that are read at the same time.
    private static let company = 64
    /// How far the expiry of a key may be apart on the two servers, in milliseconds.
    private static let tolerance: Int64 = 1_000

    private let readers: Pair<ServerReader>
    private let leader: Side
    private let footing: any Footing
    private let clock: any Clock<Duration>

    /// - Parameters:
    ///   - source, target: sessions that nobody else uses.
    ///   - leader: the server that applications write to.
    package init(
        source: any CommandSession, target: any CommandSession, leader: Side, footing: any Footing,
        clock: any Clock<Duration>
    ) async throws {
        async let there = ServerReader.open(target)
        readers = try await Pair(source: ServerReader.open(source), target: there)
        self.leader = leader
        self.footing = footing
        self.clock = clock
    }

    /// The servers at which reading counts as use, so that it changes what they would evict.
    package var touching: [Side] { Side.allCases.filter { !readers[$0].hidesReading } }

    /// Compares the keys.
    /// - Parameters:
    ///   - databases: the numbers of the databases that hold keys on either server.
    ///   - total: how many keys both servers hold together.
    ///   - note: takes how far the comparison is, after every page.
    ///   - found: takes each difference as soon as it is certain.
    package func run(
        databases: [Int], total: Int64, scope: ComparisonScope,
        note: @Sendable (ComparisonProgress) -> Void, found: @Sendable (Difference) -> Void
    ) async throws -> ComparisonReport {
        var pass = Pass(filter: KeyFilter(scope, of: total / 2), total: total)
        pass.report.databases = databases.count
        for database in databases {
            try await each(database, of: .source, &pass, note, found) { keys, pass in
                try await compare(database, keys, &pass)
            }
            try await each(database, of: .target, &pass, note, found) { keys, pass in
                for key in try await readers.source.missing(database, of: keys) {
                    pass.suspects.add(database: database, key: key)
                }
            }
        }
        try await settle(&pass, note, found)
        try await footing.check()
        return pass.report
    }

    /// What a run carries along.
    private struct Pass {
        let filter: KeyFilter
        var report = ComparisonReport()
        var suspects = Suspects()
        var progress: ComparisonProgress

        init(filter: KeyFilter, total: Int64) {
            self.filter = filter
            progress = ComparisonProgress(total: total)
        }
    }

    /// Gives all keys of a database to `body`, page by page.
    private func each(
        _ database: Int, of side: Side, _ pass: inout Pass, _ note: @Sendable (ComparisonProgress) -> Void,
        _ found: @Sendable (Difference) -> Void, _ body: ([ByteBuffer], inout Pass) async throws -> Void
    ) async throws {
        var cursor: String? = "0"
        var pages = 0
        while let begin = cursor {
            if pages % 100 == 0 { try await footing.check() }
            pages += 1
            let (keys, next) = try await readers[side].scan(database, from: begin, count: Self.page)
            let chosen = keys.filter(pass.filter.takes)
            try await body(chosen, &pass)
            pass.report.keys[side, default: 0] += chosen.count
            pass.progress.done += keys.count
            pass.progress.suspects = pass.suspects.open.count
            note(pass.progress)
            if pass.suspects.isFull { try await settle(&pass, note, found) }
            cursor = next
        }
    }
}

// MARK: The first look

extension KeyspaceComparison {
    private func compare(_ database: Int, _ keys: [ByteBuffer], _ pass: inout Pass) async throws {
        guard !keys.isEmpty else { return }
        let types = try await readers.source.types(database, of: keys)
        for type in types {
            pass.report.types[type.name, default: 0] += 1
            if case .other = type { pass.report.unread += 1 }
        }
        let look = FirstLook(keys: keys, types: types, tolerance: Self.tolerance)
        async let theirs = first(look, database, .target)
        let mine = try await first(look, database, .source)
        let (here, there) = (mine, try await theirs)
        var large: [(key: ByteBuffer, type: KeyType)] = []
        for index in keys.indices {
            let begin = Pair(source: here.begin, target: there.begin)
            switch look.verdict(index, here.frames, there.frames, begin: begin) {
            case .same: break
            case .more: large.append((keys[index], types[index]))
            case .suspect: pass.suspects.add(database: database, key: keys[index])
            }
        }
        try await compare(database, large: large, &pass)
    }

    private func first(
        _ look: FirstLook, _ database: Int, _ side: Side
    ) async throws -> (frames: ReplyFrames, begin: Int) {
        var (batch, begin) = readers[side].batch(database)
        look.append(to: &batch)
        let frames = try await readers[side].frames(batch)
        if let error = frames.error(begin) {
            throw ComparisonRefusal(address: readers[side].session.address, command: "PTTL", error)
        }
        return (frames, begin)
    }

    /// Values of which a first look shows only the beginning, one after the other.
    private func compare(
        _ database: Int, large keys: [(key: ByteBuffer, type: KeyType)], _ pass: inout Pass
    ) async throws {
        for key in keys {
            async let theirs = readers.target.readings(database, [key])
            let mine = try await readers.source.readings(database, [key])
            if try await mine.map(\.value) != theirs.map(\.value) {
                pass.suspects.add(database: database, key: key.key)
            }
        }
    }
}

// MARK: Further looks

extension KeyspaceComparison {
    /// Looks at the suspects in rounds until none is left.
    private func settle(
        _ pass: inout Pass, _ note: @Sendable (ComparisonProgress) -> Void, _ found: @Sendable (Difference) -> Void
    ) async throws {
        while let (pause, suspects) = pass.suspects.round() {
            try await clock.sleep(for: pause)
            try await footing.check()
            for (database, company) in Self.companies(suspects) {
                let looks = try await look(database, company.map(\.key))
                for (suspect, look) in zip(company, looks) {
                    switch pass.suspects.judge(suspect, look.observation) {
                    case nil, .same: break
                    case .unsettled: pass.report.unsettled += 1
                    case .difference(let kind):
                        let difference = Difference(
                            kind: kind, database: database, key: suspect.key, type: look.type)
                        pass.report.add(difference)
                        found(difference)
                    }
                }
                pass.progress.suspects = pass.suspects.open.count
                note(pass.progress)
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

    /// Reads keys on the leading server, then on the other once it has caught up, and those that differ once more on
    /// the leading one, to see whether they stood still.
    private func look(
        _ database: Int, _ keys: [ByteBuffer]
    ) async throws -> [(observation: Suspects.Observation, type: KeyType)] {
        let before = try await readers[leader].states(database, of: keys)
        try await footing.catchUp()
        let following = try await readers[leader.other].states(database, of: keys)
        let differing = keys.indices.filter { difference(before[$0], following[$0]) != nil }
        let again = try await readers[leader].states(database, of: differing.map { keys[$0] })
        let after = Dictionary(uniqueKeysWithValues: zip(differing, again))
        return keys.indices.map { index in
            guard let after = after[index] else { return (.same, before[index].type) }
            return (
                observation(before[index], following[index], after),
                after.type == .none ? following[index].type : after.type
            )
        }
    }

    private func observation(_ before: KeyState, _ following: KeyState, _ after: KeyState) -> Suspects.Observation {
        guard let kind = difference(after, following) else { return .same }
        guard before.isWhole, following.isWhole, after.isWhole, difference(before, after) == nil else {
            return .changing
        }
        if after.isGone(within: Self.tolerance), following.isGone(within: Self.tolerance) { return .changing }
        return .differs(kind)
    }

    private func difference(_ leading: KeyState, _ following: KeyState) -> Difference.Kind? {
        leader == .source
            ? KeyState.difference(source: leading, target: following, tolerance: Self.tolerance)
            : KeyState.difference(source: following, target: leading, tolerance: Self.tolerance)
    }
}
