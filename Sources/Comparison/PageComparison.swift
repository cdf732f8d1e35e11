import NIOCore
import RESP

/// The first look at the keys of a page of the source: whether both servers have the same.
///
/// What is not the same here is no difference yet, since applications go on writing: `SuspectRounds` finds that out.
struct PageComparison: Sendable {
    /// Long values that are read at the same time.
    private static let crew = 16

    let readers: Pair<ServerReader>

    /// Compares keys of a database. Those that are not the same become suspects.
    /// - Parameter scan: what page of the source's keys is fetched on the way, since it costs less together with a
    ///   question that is asked anyway.
    /// - Returns: that page.
    func compare(
        _ database: Int, _ keys: [ByteBuffer], then scan: PageRequest?, _ pass: inout ComparisonPass
    ) async throws -> KeyPage? {
        let (types, next) = try await readers.source.types(database, of: keys, then: scan)
        let look = FirstLook(
            keys: keys, types: types, tolerance: KeyState.tolerance,
            fieldsExpire: readers.source.expiringFields.contains(database))
        let (mine, theirs) = try await both(database, look.append)
        var (short, long): ([ShortValues.Item], [ShortValues.Item]) = ([], [])
        let sights = look.sights(source: mine, target: theirs)
        pass.progress.report.count(types, sights.map(\.size))
        pass.known.insert(zip(keys, sights).compactMap { $1.verdict == .suspect ? nil : $0 })
        for (index, sight) in sights.enumerated() {
            switch sight.verdict {
            case .same: break
            case .short: short.append((keys[index], types[index]))
            case .long: long.append((keys[index], types[index]))
            case .suspect: pass.suspects.add(database: database, key: keys[index])
            }
        }
        long += try await compare(database, short: short, &pass)
        try await compare(database, long: long, &pass)
        return next
    }

    /// Asks both servers the same at the same time.
    private func both(
        _ database: Int, _ append: (inout CommandBatch) -> Void
    ) async throws -> (source: ServerReader.Answers, target: ServerReader.Answers) {
        var questions = CommandBatch()
        append(&questions)
        async let theirs = readers.target.ask(database, questions)
        let mine = try await readers.source.ask(database, questions)
        return (mine, try await theirs)
    }

    /// - Returns: the values that are longer than they seemed.
    private func compare(
        _ database: Int, short items: [ShortValues.Item], _ pass: inout ComparisonPass
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
    private func compare(_ database: Int, long items: [ShortValues.Item], _ pass: inout ComparisonPass) async throws {
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
