import NIOCore
package import RESP

/// Compares all keys of two servers, both ways, while applications go on writing.
///
/// Both servers are asked the same questions, and equal bytes in the answers are equal data. Only where they differ, and
/// where a value is large, is the content of the answers looked at. Memory stays bounded whatever the servers hold.
package struct KeyspaceComparison: Sendable {
    /// Long values that are read at the same time.
    private static let crew = 16
    /// Suspects that are read at the same time.
    private static let company = 64
    /// How far the expiry of a key may be apart on the two servers, in milliseconds.
    private static let tolerance: Int64 = 1_000

    /// A checkpoint has no more suspects than this, so that it stays small.
    private static let keptSuspects = 500
    private static let keptBytes = 64 << 10

    private let readers: Pair<ServerReader>
    private let leader: Side?
    private let footing: any Footing
    private let clock: any Clock<Duration>
    private let page: Int
    private let examples: Int
    private let disclosure: KeyDisclosure
    private let aftermath: Aftermath?

    /// - Parameters:
    ///   - source, target: sessions that nobody else uses.
    ///   - leader: the server that applications write to and the other one follows; `nil` where neither follows the
    ///     other.
    ///   - page: how many keys are asked for at once. A server answers a page without a break, so a larger page holds its
    ///     other clients up longer, and a smaller one costs more.
    ///   - examples: how many differences of each kind the report names.
    ///   - disclosure: what may be shown of differences.
    ///   - aftermath: where the source takes no writes any more, and the target does, since a cutover.
    package init(
        source: any CommandSession, target: any CommandSession, leader: Side?, footing: any Footing,
        clock: any Clock<Duration>, page: Int = 500, examples: Int = 10,
        disclosure: KeyDisclosure = .everything, aftermath: Aftermath? = nil
    ) async throws {
        async let there = ServerReader.open(target)
        var readers = try await Pair(source: ServerReader.open(source), target: there)
        let expiring = FieldExpiry.databases(readers.source.fieldExpiry, readers.target.fieldExpiry)
        readers.source.expiringFields = expiring
        readers.target.expiringFields = expiring
        self.readers = readers
        self.leader = leader
        self.footing = footing
        self.clock = clock
        self.page = page
        self.examples = examples
        self.disclosure = disclosure
        self.aftermath = aftermath
    }

    /// The servers at which reading counts as use, so that it changes what they would evict.
    package var touching: [Side] { Side.allCases.filter { !readers[$0].hidesReading } }

    /// Compares the keys.
    /// - Parameters:
    ///   - databases: the numbers of the databases that hold keys on either server.
    ///   - total: how many keys both servers hold together.
    ///   - earlier: where an interrupted comparison of the same scope was. It must have been of the same two processes,
    ///     whose data nobody has replaced since.
    ///   - note: takes how far the comparison is, after every page.
    ///   - keeper: takes from time to time where the comparison is; `nil` where nobody wants to go on with it.
    ///   - found: takes each difference as soon as it is certain.
    package func run(
        databases: [Int], total: Int64, scope: ComparisonScope, from earlier: ComparisonCheckpoint? = nil,
        note: @escaping @Sendable (ComparisonProgress) -> Void,
        keeper: (any CheckpointKeeper)? = nil,
        found: @escaping @Sendable (Difference) throws -> Void
    ) async throws -> ComparisonReport {
        let telling = Telling(note: note, keeper: keeper, found: found)
        var pass = Pass(
            telling: telling, filter: KeyFilter(scope, of: earlier?.population ?? total / 2), total: total,
            examples: examples)
        pass.progress.report.databases = databases.count
        if let earlier { pass.goOn(from: earlier) }
        for database in databases {
            for side in [Side.source, .target] {
                let place = ComparisonPlace(database: database, side: side)
                guard let cursor = Self.cursor(of: place, earlier, databases) else { continue }
                if side == .source { pass.known = KnownKeys() }
                try await each(place, from: cursor, &pass)
            }
        }
        try await settle(&pass)
        try await footing.check()
        return pass.progress.report
    }

    /// Where to begin with a database of a server; `nil` where an earlier comparison has done all of it.
    private static func cursor(
        of place: ComparisonPlace, _ earlier: ComparisonCheckpoint?, _ databases: [Int]
    ) -> String? {
        guard let earlier else { return "0" }
        if place == earlier.place { return earlier.cursor }
        return place.isBefore(earlier.place) ? nil : "0"
    }

    /// What a run tells while it goes on, and to whom.
    private struct Telling: Sendable {
        let note: @Sendable (ComparisonProgress) -> Void
        let keeper: (any CheckpointKeeper)?
        let found: @Sendable (Difference) throws -> Void
    }

    /// What a run carries along.
    private struct Pass {
        let telling: Telling
        let filter: KeyFilter
        var suspects = Suspects()
        var odds = DumpOdds()
        var known = KnownKeys()
        var progress: ComparisonProgress
        let examples: Int

        init(telling: Telling, filter: KeyFilter, total: Int64, examples: Int) {
            self.telling = telling
            self.filter = filter
            self.examples = examples
            progress = ComparisonProgress(total: total)
        }

        mutating func goOn(from earlier: ComparisonCheckpoint) {
            progress.report = earlier.report
            progress.done = earlier.done
            for suspect in earlier.suspects {
                suspects.add(database: suspect.database, key: ByteBuffer(bytes: suspect.key))
            }
        }

        /// Whether the report names another difference of this kind.
        func names(_ kind: Difference.Kind) -> Bool {
            progress.report.examples[kind]?.count ?? 0 < examples
        }

        mutating func add(_ difference: Difference) throws {
            progress.report.add(difference, examples: examples)
            try telling.found(difference)
        }

        mutating func note() {
            progress.suspects = suspects.open.count
            telling.note(progress)
        }
    }

    /// Compares all keys of a database, page by page.
    private func each(_ place: ComparisonPlace, from begin: String, _ pass: inout Pass) async throws {
        var cursor: String? = begin
        while let begin = cursor {
            try await footing.check()
            let (keys, next) = try await readers[place.side].scan(place.database, from: begin, count: page)
            let chosen = keys.filter(pass.filter.takes)
            switch place.side {
            case .source: try await compare(place.database, chosen, &pass)
            case .target:
                let unknown = chosen.filter { !pass.known.contains($0) }
                for key in try await readers.source.missing(place.database, of: unknown) {
                    pass.suspects.add(database: place.database, key: key)
                }
            }
            pass.progress.report.keys[place.side, default: 0] += chosen.count
            pass.progress.done += keys.count
            pass.note()
            if pass.suspects.isFull { try await settle(&pass) }
            cursor = next
            if let next { try await keep(place, next, &pass) }
        }
    }

    /// Makes a checkpoint. Suspects that are too many, or whose names are not written anywhere, are looked at again
    /// first.
    private func keep(_ place: ComparisonPlace, _ cursor: String, _ pass: inout Pass) async throws {
        guard let keeper = pass.telling.keeper, keeper.isDue else { return }
        let suspects = pass.suspects
        if suspects.open.count > Self.keptSuspects || suspects.bytes > Self.keptBytes
            || suspects.open.contains(where: { disclosure.pattern(hiding: $0.key) != nil })
        {
            try await settle(&pass)
        }
        keeper.keep(
            ComparisonCheckpoint(
                place: place, cursor: cursor, population: pass.progress.total / 2, done: pass.progress.done,
                report: pass.progress.report,
                suspects: pass.suspects.open.map { .init(database: $0.database, key: Array($0.key.readableBytesView)) })
        )
    }
}

// MARK: The first look

extension KeyspaceComparison {
    private func compare(_ database: Int, _ keys: [ByteBuffer], _ pass: inout Pass) async throws {
        guard !keys.isEmpty else { return }
        let types = try await readers.source.types(database, of: keys)
        let look = FirstLook(
            keys: keys, types: types, tolerance: Self.tolerance,
            fieldsExpire: readers.source.expiringFields.contains(database))
        let (mine, theirs) = try await both(database, look.append)
        var (short, long): ([ShortValues.Item], [ShortValues.Item]) = ([], [])
        let sights = look.sights(source: mine, target: theirs)
        pass.progress.report.count(types, sights.map(\.size))
        for (index, sight) in sights.enumerated() {
            if sight.verdict != .suspect { pass.known.insert(keys[index]) }
            switch sight.verdict {
            case .same: break
            case .short: short.append((keys[index], types[index]))
            case .long: long.append((keys[index], types[index]))
            case .suspect: pass.suspects.add(database: database, key: keys[index])
            }
        }
        long += try await compare(database, short: short, &pass)
        try await compare(database, long: long, &pass)
    }

    /// Asks both servers the same at the same time.
    private func both(
        _ database: Int, _ append: @Sendable (inout CommandBatch) -> Void
    ) async throws -> (source: ServerReader.Answers, target: ServerReader.Answers) {
        async let theirs = readers.target.ask(database, append)
        let mine = try await readers.source.ask(database, append)
        return (mine, try await theirs)
    }

    /// - Returns: the values that are longer than they seemed.
    private func compare(
        _ database: Int, short items: [ShortValues.Item], _ pass: inout Pass
    ) async throws -> [ShortValues.Item] {
        var (open, odds, long): ([ShortValues.Item], DumpOdds?, [ShortValues.Item]) = (items, pass.odds, [])
        while !open.isEmpty {
            let values = ShortValues(open, odds: odds)
            let (mine, theirs) = try await both(database, values.append)
            open = []
            for (item, verdict) in zip(values.items, values.verdicts(source: mine, target: theirs, &pass.odds)) {
                switch verdict {
                case .same: break
                case .unclear: open.append(item)
                case .long: long.append(item)
                case .suspect: pass.suspects.add(database: database, key: item.key)
                }
            }
            odds = nil
        }
        return long
    }

    /// Values that are read in pieces, a few at the same time.
    private func compare(_ database: Int, long items: [ShortValues.Item], _ pass: inout Pass) async throws {
        for first in stride(from: 0, to: items.count, by: Self.crew) {
            let crew = Array(items[first..<min(first + Self.crew, items.count)])
            async let theirs = readers.target.readings(database, crew)
            let mine = try await readers.source.readings(database, crew)
            for (item, (here, there)) in zip(crew, zip(mine, try await theirs)) where here.value != there.value {
                pass.suspects.add(database: database, key: item.key)
            }
        }
    }
}

// MARK: Further looks

extension KeyspaceComparison {
    /// Looks at the suspects in rounds until none is left.
    private func settle(_ pass: inout Pass) async throws {
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
    private func look(
        _ database: Int, _ keys: [ByteBuffer]
    ) async throws -> [Look] {
        let first = leader ?? .source
        let before = try await readers[first].states(database, of: keys)
        try await footing.catchUp()
        let following = try await readers[first.other].states(database, of: keys)
        let differing = keys.indices.filter { difference(before[$0], following[$0]) != nil }
        let doubtful = differing.map { keys[$0] }
        let after = try await readers[first].states(database, of: doubtful)
        // A server that follows nobody changes by itself.
        let last =
            leader == nil
            ? try await readers[first.other].states(database, of: doubtful) : differing.map { following[$0] }
        var looks = keys.map { _ in Look() }
        for (place, index) in differing.enumerated() {
            let isStill = difference(following[index], last[place]) == nil
            looks[index].observation =
                isStill ? observation(before[index], following[index], after[place]) : .changing
            let (leading, other) = (KeySight(after[place]), KeySight(following[index]))
            looks[index].sights =
                first == .source ? Pair(source: leading, target: other) : Pair(source: other, target: leading)
        }
        return looks
    }

    /// What a further look at a key has shown.
    private struct Look {
        var observation = Suspects.Observation.same
        var sights = Pair<KeySight?>(source: nil, target: nil)
    }

    private func add(
        _ kind: Difference.Kind, _ database: Int, _ key: ByteBuffer, _ sights: Pair<KeySight?>, _ pass: inout Pass
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

    private func observation(_ before: KeyState, _ following: KeyState, _ after: KeyState) -> Suspects.Observation {
        guard let kind = difference(after, following) else { return .same }
        guard before.isWhole, following.isWhole, after.isWhole else { return .changing }
        switch difference(before, after) {
        case nil: break
        // Only the expiry was renewed, and the key was there all the time. So whatever else differs does so although
        // the key stood still.
        case .expiry where kind != .expiry && before.outlives(after): break
        case .missing, .extra, .type, .value, .expiry: return .changing
        }
        if after.isGone(within: Self.tolerance), following.isGone(within: Self.tolerance) { return .changing }
        return .differs(kind)
    }

    private func difference(_ leading: KeyState, _ following: KeyState) -> Difference.Kind? {
        leader == .target
            ? KeyState.difference(source: following, target: leading, tolerance: Self.tolerance)
            : KeyState.difference(source: leading, target: following, tolerance: Self.tolerance)
    }
}
