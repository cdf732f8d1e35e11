import NIOCore
package import RESP

/// Compares all keys of two servers, both ways, while applications go on writing.
///
/// Both servers are asked the same questions, and equal bytes in the answers are equal data. Only where they differ, and
/// where a value is large, is the content of the answers looked at. Memory stays bounded whatever the servers hold.
package struct KeyspaceComparison: Sendable {
    /// A checkpoint has no more suspects than this, so that it stays small.
    private static let keptSuspects = 500
    private static let keptBytes = 64 << 10

    private let readers: Pair<ServerReader>
    private let pages: PageComparison
    private let rounds: SuspectRounds
    private let footing: any Footing
    private let page: Int
    private let examples: Int
    private let disclosure: KeyDisclosure

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
        clock: any Clock<Duration>, page: Int = 1_000, examples: Int = 10,
        disclosure: KeyDisclosure = .everything, aftermath: Aftermath? = nil
    ) async throws {
        async let there = ServerReader.open(target)
        var readers = try await Pair(source: ServerReader.open(source), target: there)
        let expiring = FieldExpiry.databases(readers.source.fieldExpiry, readers.target.fieldExpiry)
        readers.source.expiringFields = expiring
        readers.target.expiringFields = expiring
        self.readers = readers
        pages = PageComparison(readers: readers)
        rounds = SuspectRounds(
            readers: readers, leader: leader, footing: footing, clock: clock, disclosure: disclosure,
            aftermath: aftermath)
        self.footing = footing
        self.page = page
        self.examples = examples
        self.disclosure = disclosure
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
        var pass = ComparisonPass(
            telling: .init(note: note, keeper: keeper, found: found),
            filter: KeyFilter(scope, of: earlier?.population ?? total / 2), total: total, examples: examples)
        pass.progress.report.databases = databases.count
        if let earlier { pass.goOn(from: earlier) }
        for database in databases {
            for side in [Side.source, .target] {
                let place = ComparisonPlace(database: database, side: side)
                guard let cursor = Self.cursor(of: place, earlier, databases) else { continue }
                if side == .source { pass.known = KnownKeys(expecting: pass.population) }
                try await each(place, from: cursor, &pass)
            }
        }
        try await rounds.settle(&pass)
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

    /// Compares all keys of a database, page by page.
    private func each(_ place: ComparisonPlace, from begin: String, _ pass: inout ComparisonPass) async throws {
        try await footing.check()
        var page = try await readers[place.side].scan(place.database, request(begin))
        while true {
            let chosen = page.keys.filter(pass.filter.takes)
            let next = try await compare(place, chosen, then: page.next.map(request), &pass)
            pass.progress.report.keys[place.side, default: 0] += chosen.count
            pass.progress.done += page.keys.count
            pass.note()
            if pass.suspects.isFull { try await rounds.settle(&pass) }
            guard let next, let cursor = page.next else { return }
            try await keep(place, cursor, &pass)
            try await footing.check()
            page = next
        }
    }

    private func request(_ cursor: String) -> PageRequest { PageRequest(cursor: cursor, count: page) }

    /// Compares the keys of a page, and fetches the next one.
    private func compare(
        _ place: ComparisonPlace, _ keys: [ByteBuffer], then next: PageRequest?, _ pass: inout ComparisonPass
    ) async throws -> KeyPage? {
        switch place.side {
        case .source: return try await pages.compare(place.database, keys, then: next, &pass)
        case .target:
            for key in try await readers.source.missing(place.database, of: pass.known.missing(of: keys)) {
                pass.suspects.add(database: place.database, key: key)
            }
            guard let next else { return nil }
            return try await readers.target.scan(place.database, next)
        }
    }

    /// Makes a checkpoint. Suspects that are too many, or whose names are not written anywhere, are looked at again
    /// first.
    private func keep(_ place: ComparisonPlace, _ cursor: String, _ pass: inout ComparisonPass) async throws {
        guard let keeper = pass.telling.keeper, keeper.isDue else { return }
        let suspects = pass.suspects
        if suspects.open.count > Self.keptSuspects || suspects.bytes > Self.keptBytes
            || suspects.open.contains(where: { disclosure.pattern(hiding: $0.key) != nil })
        {
            try await rounds.settle(&pass)
        }
        keeper.keep(pass.checkpoint(place, cursor))
    }
}
