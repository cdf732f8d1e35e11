import ArgumentParser
import PlanModel
import RESP
import RedisNIO
import Rehearsal
import TestKit

/// The circumstances in which the procedures are compared.
struct CutoverSetting: Sendable, CustomStringConvertible {
    enum Rate: Sendable, ExpressibleByArgument {
        case perSecond(Int)
        case full

        init?(argument: String) {
            if argument == "full" {
                self = .full
            } else if let number = Int(argument), number > 0 {
                self = .perSecond(number)
            } else {
                return nil
            }
        }

        var number: Int? { if case .perSecond(let number) = self { number } else { nil } }
    }

    var sentinels: Int
    var rate: Rate
    var writers: Int
    var keys: Int
    /// Replicas of the source other than the target.
    var replicas = 0
    /// What the writers ask the Sentinels for.
    var question = PrimaryLocator.Question.address

    var description: String {
        let speed = rate.number.map { "\($0) writes/s" } ?? "full speed"
        return "\(sentinels) Sentinel\(sentinels == 1 ? "" : "s"), \(writers) writers, \(speed)"
            + (replicas == 0 ? "" : ", \(replicas) other replicas")
            + (question == .address ? "" : ", which ask SENTINEL MASTERS")
    }

    /// Carries out one procedure once, in a private world of its own.
    func carryOut(_ procedure: any CutoverProcedure) async throws -> CutoverOutcome {
        var description = LabDescription(
            source: .init(engine: procedure.engine), target: .init(engine: procedure.engine),
            sentinels: .init(count: sentinels, downAfter: .seconds(5)), replicaCount: replicas)
        description.sentinels?.engine = procedure.engine
        return try await Lab.run(description, connector: RedisConnector()) { lab in
            let world = CutoverWorld(lab)
            do {
                try await world.prepare(keys: keys)
                let outcome = try await measure(procedure, in: world)
                await world.close()
                return outcome
            } catch {
                await world.close()
                throw error
            }
        }
    }

    private func measure(_ procedure: any CutoverProcedure, in world: CutoverWorld) async throws -> CutoverOutcome {
        let load = WriteLoad.Settings(writers: writers, rate: rate.number, question: question)
        let ((account, began), record) = try await WriteLoad.run(world.lab, load) { load in
            try await procedure.prepare(in: world)
            try await world.arriveAtAnyMoment(butNot: procedure.avoids)
            let began = ContinuousClock.now
            let account = try await procedure.carryOut(in: world)
            // The write gap has ended only when writes go on, and the lost writes can be counted only when nobody
            // writes to the source any more.
            try await procedure.waitForEnd(in: world)
            let before = await load.acknowledgedCount
            try await waitUntil("writes go on") { await load.acknowledgedCount > before + 100 }
            return (account, began)
        }
        let primary = try await world.lab.primarySession()
        let lost = try await LostWrites.find(record, on: primary)
        await primary.close()
        return CutoverOutcome(
            lost: lost.count, acknowledged: record.acknowledgedCount,
            gap: record.writeGap(in: began..<record.stopped) / .seconds(1),
            pause: account.pause.map { $0 / .seconds(1) },
            told: question == .address ? account.gap : account.slowestClients, readonly: account.readonly,
            errors: record.errors)
    }
}

/// What a procedure tells of a run of its own; `nil` where it does not tell it.
struct CutoverAccount: Sendable {
    /// How long it held writes.
    var pause: Duration?
    /// The write gap of applications, and of those that ask `SENTINEL MASTERS`, in seconds.
    var gap: Double?
    var slowestClients: Double?
    /// How long the source answered READONLY before applications were sent on, in seconds.
    var readonly: Double?
}

/// What one run cost. All times are in seconds.
struct CutoverOutcome: Sendable, Encodable, CustomStringConvertible {
    var lost: Int
    var acknowledged: Int
    var gap: Double
    /// How long the procedure held writes; `nil` where that is not known.
    var pause: Double?
    /// The time in which these writers could not write, as the procedure itself tells it; `nil` if it tells nothing.
    var told: Double?
    /// How long the source answered READONLY, as the procedure tells it.
    var readonly: Double?
    /// How often the writers met each error, by its code.
    var errors: [String: Int]

    var errorCount: Int { errors.values.reduce(0, +) }

    var description: String {
        "lost \(lost) of \(acknowledged), gap \(gap) s, pause \(pause.map { "\($0) s" } ?? "-"), told \(told.map { "\($0) s" } ?? "-"), READONLY \(readonly.map { "\($0) s" } ?? "-"), errors \(errors)"
    }
}

/// Asks every 2 ms until the condition holds, and throws when the limit has passed.
func waitUntil(_ what: String, within limit: Duration = .seconds(60), _ isSo: () async throws -> Bool) async throws {
    let clock = ContinuousClock()
    let deadline = clock.now.advanced(by: limit)
    while !(try await isSo()) {
        guard clock.now < deadline else { throw Child.Failure(what: "waited \(limit) in vain until \(what)") }
        try await clock.sleep(for: .milliseconds(2))
    }
}
