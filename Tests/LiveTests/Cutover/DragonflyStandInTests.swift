import NIOCore
import PlanModel
import RESP
import Rehearsal
import TestKit
import Testing
import Values

extension LiveCutoverTests {
    /// The stand-in answers as a real Dragonfly v1.40.1 was recorded to answer.
    @Suite struct DragonflyStandInTests {
        @Test(arguments: Situation.Setup.allCases)
        func `it answers every question as recorded, in every situation`(setup: Situation.Setup) async throws {
            let record = DragonflyRecord.recorded
            let answers = try await withDragonflyLab(.recording(setup), setup: setup) { lab, _ in
                try await DragonflyRecorder(lab, setup, asks: record.asks).answers { Issue.record("\($0)") }
            }
            let replayed = DragonflyRecord(engine: record.engine, answers: answers, before: record)
            for situation in Situation.all where situation.setup == setup {
                for difference in replayed.differences(from: record, in: situation) { Issue.record("\(difference)") }
            }
        }

        @Test(.enabled(if: ServerProgram.dragonfly.path != nil, "no 'dragonfly' is in PATH"))
        func `a real Dragonfly answers every question as recorded`() async throws {
            let program = try #require(ServerProgram.dragonfly.path)
            let record = try await recordDragonfly(program: program) { print($0) }
            #expect(record.differences(from: .recorded) == [])
        }

        @Test func `a question that is not in the record fails the test that asks it`() async throws {
            let asked: [Command] = [["CONFIG", "GET", "no-such-setting"], ["PING"], ["CLIENT", "GETREDIR"]]
            let error = await #expect(throws: UnrecordedQuestions.self) {
                try await withDragonflyLab(LabDescription(sentinels: nil)) { lab, _ in
                    let target = lab.session(lab.target)
                    let replies = try await target.pipeline(asked, timeout: nil)
                    await target.close()
                    #expect(
                        replies == [
                            .error(
                                RESPError(
                                    message:
                                        "ERR stand-in: not in the record: CONFIG GET no-such-setting (bare primary)")),
                            .simpleString("PONG"),
                            .error(
                                RESPError(
                                    message: "ERR stand-in: not in the record: CLIENT GETREDIR (bare primary)")),
                        ])
                }
            }
            #expect(
                error?.questions == [
                    "CONFIG GET no-such-setting (bare primary)", "CLIENT GETREDIR (bare primary)",
                ])
            #expect(error?.failure == nil)
        }

        @Test func `such a question is told together with the failure that it led to`() async throws {
            struct Failure: Error {}
            let error = await #expect(throws: UnrecordedQuestions.self) {
                try await withGatedLab(LabDescription(sentinels: nil), target: .dragonfly) { lab, _ in
                    _ = try? await lab.send(["CONFIG", "GET", "no-such-setting"], to: lab.target)
                    throw Failure()
                }
            }
            #expect(error?.questions == ["CONFIG GET no-such-setting (bare primary)"])
            #expect(error?.failure is Failure)
        }

        @Test func `it prepares, follows with the source's offset, and is promoted by a Sentinel`() async throws {
            var description = LabDescription(
                sentinels: .init(downAfter: .seconds(30), infoPeriod: .milliseconds(100)))
            description.source.extraLines = ["repl-diskless-sync-delay 1"]
            try await withDragonflyLab(description) { lab, standIn in
                let target = lab.session(lab.target)
                try await lab.send(["SET", "key", "value"], to: lab.source)
                let port = String(lab.source.address.port)
                #expect(
                    try await target.send(Command(["CONFIG", "SET", "replica_priority", "10"])) == .simpleString("OK"))
                #expect(try await target.send(Command(["REPLICAOF", "127.0.0.1", port])) == .simpleString("OK"))
                let preparing = try await target.send(["INFO", "replication"]).string ?? ""
                #expect(preparing.contains("master_link_status:up") && !preparing.contains("slave_repl_offset"))
                #expect(try await target.send(["ROLE"]).array?.last?.string == "preparation")
                try await eventually("the target is online") {
                    try await target.send(["ROLE"]).array?.last?.string == "online"
                }
                #expect(try await target.send(["INFO", "replication"]).string?.contains("slave_repl_offset:") == true)
                #expect(try await target.send(["GET", "key"]).string == "value")

                try await eventually("the Sentinel can choose the stand-in") {
                    let replicas = try await lab.send(["SENTINEL", "REPLICAS", "primary"], to: lab.sentinels[0])
                    let words = replicas.array?.first?.array?.compactMap(\.string) ?? []
                    return words.contains(String(standIn.address.port)) && words.contains("10")
                }
                try await lab.send(["SENTINEL", "FAILOVER", "primary"], to: lab.sentinels[0])
                try await eventually("the Sentinel names the stand-in") {
                    let answer = try await lab.send(
                        ["SENTINEL", "GET-MASTER-ADDR-BY-NAME", "primary"], to: lab.sentinels[0])
                    return answer.array?.last?.string == String(standIn.address.port)
                }
                #expect(try await target.send(["SET", "key", "after"]) == .simpleString("OK"))
                let received = await standIn.received
                #expect(received.contains { $0.prefix(3) == ["CLIENT", "KILL", "TYPE"] })
                await target.close()
            }
        }

        @Test func `a Redis can never follow it`() async throws {
            try await withDragonflyLab(LabDescription(sentinels: nil)) { lab, standIn in
                try await lab.send(
                    Command(["REPLICAOF", "127.0.0.1", String(standIn.address.port)]), to: lab.source)
                try await eventually("the source has asked for a sync, twice") {
                    await standIn.received.filter { $0.first == "PSYNC" }.count > 1
                }
                let state = try await lab.send(["INFO", "replication"], to: lab.source).string ?? ""
                #expect(state.contains("master_link_status:down"))
            }
        }
    }
}
