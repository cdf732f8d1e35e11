/// Applications that keep writing to the primary of a private world and remember every write that was acknowledged.
///
/// Each writer makes its next write only when the one before is acknowledged, so that it knows what became of each. A
/// write that failed is tried again, at whichever server is the primary by then.
package struct WriteLoad: Sendable {
    package struct Settings: Sendable, Hashable {
        package var writers: Int
        /// Writes per second of all writers together; `nil` lets them write as fast as they can.
        package var rate: Int?
        /// Longer than any write pause, because during a pause replies come late, but they come.
        package var replyTimeout: Duration
        /// What the writers ask the Sentinels for.
        package var question: PrimaryLocator.Question

        package init(
            writers: Int = 8, rate: Int? = 2_000, replyTimeout: Duration = .seconds(30),
            question: PrimaryLocator.Question = .address
        ) {
            self.question = question
            self.writers = writers
            self.rate = rate
            self.replyTimeout = replyTimeout
        }
    }

    private let writers: [Writer]
    private let tasks: [Task<Void, Never>]
    private let locator: PrimaryLocator

    /// Starts the writers, and returns once a write of each has been acknowledged.
    package static func start(_ lab: Lab, _ settings: Settings = Settings()) async throws -> WriteLoad {
        let locator = PrimaryLocator(lab, asking: settings.question)
        let interval = settings.rate.map { Duration.seconds(1) * settings.writers / $0 }
        let writers = (0..<settings.writers).map { number in
            Writer(number: number, lab: lab, locator: locator, interval: interval, replyTimeout: settings.replyTimeout)
        }
        let load = WriteLoad(
            writers: writers, tasks: writers.map { writer in Task { await writer.run() } }, locator: locator)
        for writer in writers {
            guard await writer.hasStarted(within: .seconds(10)) else {
                _ = await load.stop()
                throw RehearsalError(code: .noPrimary, sentence: "no writer could write to the primary within 10 s")
            }
        }
        return load
    }

    /// Runs `body` while the writers write. They have ended when this method returns or throws.
    package static func run<Result: Sendable>(
        _ lab: Lab, _ settings: Settings = Settings(), body: @Sendable (WriteLoad) async throws -> Result
    ) async throws -> (result: Result, record: WriteRecord) {
        let load = try await start(lab, settings)
        do {
            let result = try await body(load)
            return (result, await load.stop())
        } catch {
            _ = await load.stop()
            throw error
        }
    }

    private init(writers: [Writer], tasks: [Task<Void, Never>], locator: PrimaryLocator) {
        self.writers = writers
        self.tasks = tasks
        self.locator = locator
    }

    /// The number of writes that have been acknowledged so far.
    package var acknowledgedCount: Int {
        get async {
            var sum = 0
            for writer in writers { sum += await writer.log.acknowledged.count }
            return sum
        }
    }

    /// Ends all writers. A write without a reply is abandoned and counts as not acknowledged.
    package func stop() async -> WriteRecord {
        for writer in writers { await writer.stop() }
        for task in tasks { await task.value }
        await locator.close()
        var logs: [WriteLog] = []
        for writer in writers { logs.append(await writer.log) }
        return WriteRecord(logs: logs, stopped: .now)
    }
}
