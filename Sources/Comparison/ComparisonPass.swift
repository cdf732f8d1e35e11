import NIOCore

/// What one run of a comparison carries along: what it has found, and the keys that are not decided yet.
struct ComparisonPass {
    /// What a run tells while it goes on, and to whom.
    struct Telling: Sendable {
        let note: @Sendable (ComparisonProgress) -> Void
        let keeper: (any CheckpointKeeper)?
        let found: @Sendable (Difference) throws -> Void
    }

    let telling: Telling
    let filter: KeyFilter
    /// How many differences of each kind the report names.
    let examples: Int
    var suspects = Suspects()
    var odds = DumpOdds()
    /// The keys that both servers are known to have, of the database that is being compared.
    var known = KnownKeys()
    var progress: ComparisonProgress

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

    /// About how many keys each server has.
    var population: Int64 { progress.total / 2 }

    /// What another run needs to go on from the cursor.
    func checkpoint(_ place: ComparisonPlace, _ cursor: String) -> ComparisonCheckpoint {
        ComparisonCheckpoint(
            place: place, cursor: cursor, population: population, done: progress.done, report: progress.report,
            suspects: suspects.open.map { .init(database: $0.database, key: Array($0.key.readableBytesView)) })
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
