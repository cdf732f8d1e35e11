/// How a rehearsal ended, in numbers.
package struct RehearsalVerdict: Sendable, Equatable {
    package struct StepTime: Sendable, Equatable {
        package var step: String
        package var wallTime: Duration

        package init(step: String, wallTime: Duration) {
            self.step = step
            self.wallTime = wallTime
        }
    }

    package var acknowledgedWrites: Int
    package var lostWrites: Int
    /// Keys of the first few lost writes.
    package var lostKeys: [String]
    /// The longest time between two acknowledged writes of all writers together, across the cutover.
    package var writeGap: Duration
    /// The longest time between two acknowledged writes of the same writer.
    package var longestWriterGap: Duration
    /// How often the writers met each error, by its code.
    package var errors: [String: Int]
    /// The most errors that one writer met.
    package var mostErrors: Int
    package var steps: [StepTime]

    package var succeeded: Bool { lostWrites == 0 }

    package init(
        record: WriteRecord, lost: LostWrites, window: Range<ContinuousClock.Instant>, steps: [StepTime]
    ) {
        acknowledgedWrites = record.acknowledgedCount
        lostWrites = lost.count
        lostKeys = lost.keys
        writeGap = record.writeGap(in: window)
        longestWriterGap = record.longestWriterGap(in: window)
        errors = record.errors
        mostErrors = record.logs.map { $0.errors.values.reduce(0, +) }.max() ?? 0
        self.steps = steps
    }
}
