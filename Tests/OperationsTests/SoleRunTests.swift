import Execution
import PlanModel
import RESP
import Synchronization
import Testing
import Values

@testable import Operations

/// Of several planruns only one carries out a run on the same servers.
struct SoleRunTests {
    private let switchboard = Switchboard()
    private let clock = JumpingClock()

    private func servers(_ name: ConnectionName) throws -> Servers {
        try Servers(plan: .small(), connector: switchboard, environment: [:], name: name, clock: clock) { [$0] }
    }

    private func name(_ milliseconds: Int64, _ role: ConnectionName.Role = .running) -> ConnectionName {
        ConnectionName(role, run: "r\(milliseconds)", since: Timestamp(millisecondsSince1970: milliseconds), nonce: 7)
    }

    @Test func `a name is read as it was written, and other names are nobody's`() {
        for role in ConnectionName.Role.allCases {
            let name = ConnectionName(role, run: "3f9a-0c\u{1B} 1e", since: .now)
            #expect(ConnectionName(name.text) == name)
            #expect(name.run == "3f9a-0c1e")
            #expect(name.text.allSatisfy { ("!"..."~").contains($0) })
        }
        for text in [
            "", "planrun", "planrun:running:x:1", "planrun:dancing:x:1:7", "planrun:running:x:-1:7",
            "planrun:running:x:99999999999999999:7", "planrun:running:x:1:zz", "planrun:running:x:1:7:8",
        ] {
            #expect(ConnectionName(text) == nil, "\(text)")
        }
    }

    @Test func `a run that goes on can be seen at every server`() async throws {
        let servers = try servers(name(1))
        try await RunClaim.take(servers)
        #expect(switchboard.names == Array(repeating: servers.name.text, count: 3))
        await servers.close()
        #expect(switchboard.names == [])
    }

    @Test(arguments: [5, 9])
    func `a run that goes on is seen by one that comes later, whatever the clocks say`(
        _ second: Int64
    ) async throws {
        let first = try servers(name(7))
        try await RunClaim.take(first)
        let failure = await #expect(throws: StepFailure.self) { try await RunClaim.take(servers(name(second))) }
        #expect(failure?.code == .operation(.anotherRun))
        #expect(
            failure?.what
                == "another planrun carries out a run on these servers, since 1970-01-01T00:00:00.007Z: it is connected to source 10.0.0.1:6379 from 10.9.9.9:1, and has said nothing for 3 min"
        )
        #expect(failure?.world == ["nothing was changed by this planrun"])
        #expect(failure?.help.last?.contains("CLIENT KILL ADDR 10.9.9.9:1 on 10.0.0.1:6379") == true)
        // The refused planrun has disconnected, and the other run goes on undisturbed.
        #expect(switchboard.names == Array(repeating: first.name.text, count: 3))
        #expect(try await SoleRunCondition().violation(first, since: nil) == nil)
    }

    @Test(arguments: 0..<20)
    func `of several that begin at the same time exactly one goes on`(_ round: Int) async throws {
        let contenders = try (0..<4).map { try servers(name(Int64(($0 + round) % 4))) }
        let winners = await withTaskGroup(of: Bool.self) { group in
            for contender in contenders {
                group.addTask { (try? await RunClaim.take(contender)) != nil }
            }
            return await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
        }
        #expect(winners == 1)
    }

    @Test func `one that hangs at its start is told after a while`() async throws {
        let hanging = switchboard.session(
            ConnectionSettings(
                address: Endpoint(host: "10.0.0.2", port: 6379), clientName: name(9, .starting).text))
        _ = try await hanging.send(["PING"])
        let failure = await #expect(throws: StepFailure.self) { try await RunClaim.take(servers(name(1))) }
        #expect(failure?.place.first == "target 10.0.0.2:6379")
    }

    @Test func `who only looks is no run, and a server that is gone hides nobody elsewhere`() async throws {
        let looking = try servers(name(1, .reading))
        for server in looking.all { _ = try await server.ask(["PING"]) }
        let first = try servers(name(5))
        try await RunClaim.take(first)
        switchboard.cut(Endpoint(host: "10.0.0.1", port: 6379))
        let failure = await #expect(throws: StepFailure.self) { try await RunClaim.take(servers(name(6))) }
        #expect(failure?.place.first == "target 10.0.0.2:6379")
    }

    @Test func `a run that comes back after it was not to be seen is a violation`() async throws {
        let (first, second) = (try servers(name(1)), try servers(name(2)))
        for server in first.all + second.all { _ = try await server.ask(["PING"]) }
        #expect(try await SoleRunCondition().violation(first, since: nil)?.code == .operation(.anotherRun))
        #expect(try await SoleRunCondition().violation(second, since: nil)?.code == .operation(.anotherRun))
    }
}

/// Servers that know the names of the connected clients and nothing else.
private final class Switchboard: SessionConnector {
    private struct State {
        var connected: [Int: (address: Endpoint, name: String?)] = [:]
        var last = 0
        var cut: Endpoint?
    }

    private let state = Mutex(State())

    var names: [String] { state.withLock { $0.connected.sorted { $0.key < $1.key }.compactMap(\.value.name) } }
    func cut(_ address: Endpoint) { state.withLock { $0.cut = address } }

    func session(_ settings: ConnectionSettings) -> any CommandSession { Line(self, settings) }

    func subscribe(
        to channels: [String], _ settings: ConnectionSettings
    ) async throws(SessionError) -> any Subscription {
        throw lost(settings.address)
    }

    private func lost(_ address: Endpoint) -> SessionError {
        SessionError(code: .connectionRefused, address: address, sentence: "refused", mayHaveBeenExecuted: false)
    }

    private final class Line: CommandSession {
        private let board: Switchboard
        private let settings: ConnectionSettings
        private let id = Mutex<Int?>(nil)

        init(_ board: Switchboard, _ settings: ConnectionSettings) {
            self.board = board
            self.settings = settings
        }

        var address: Endpoint { settings.address }

        func pipeline(_ commands: [Command], timeout: Duration?) async throws(SessionError) -> [RESPValue] {
            await Task.yield()
            guard board.state.withLock({ $0.cut }) != address else { throw board.lost(address) }
            connect()
            await Task.yield()
            return commands.map { _ in .text(list()) }
        }

        func close() async {
            guard let id = id.withLock({ $0 }) else { return }
            board.state.withLock { $0.connected[id] = nil }
        }

        private func connect() {
            let id = id.withLock { id in
                let isNew = id == nil
                let number =
                    id
                    ?? board.state.withLock { state in
                        state.last += 1
                        return state.last
                    }
                id = number
                return isNew ? number : nil
            }
            guard let id else { return }
            board.state.withLock { $0.connected[id] = (address, settings.clientName) }
        }

        private func list() -> String {
            board.state.withLock { state in
                state.connected.filter { $0.value.address == address }.map { id, client in
                    "id=\(id) addr=10.9.9.9:1 name=\(client.name ?? "") age=200 idle=200 flags=N"
                }.joined(separator: "\n")
            }
        }
    }
}

/// A clock on which any time that is slept passes at once.
private final class JumpingClock: Clock {
    struct Instant: InstantProtocol {
        var offset: Duration
        func advanced(by duration: Duration) -> Instant { Instant(offset: offset + duration) }
        func duration(to other: Instant) -> Duration { other.offset - offset }
        static func < (left: Instant, right: Instant) -> Bool { left.offset < right.offset }
    }

    private let time = Mutex(Duration.zero)

    var now: Instant { Instant(offset: time.withLock { $0 }) }
    var minimumResolution: Duration { .zero }

    func sleep(until deadline: Instant, tolerance: Duration?) async throws {
        for _ in 0..<20 { await Task.yield() }
        time.withLock { $0 = max($0, deadline.offset) }
    }
}
