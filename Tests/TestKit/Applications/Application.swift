import RESP
import Rehearsal
import Values

/// An application that has one connection and asks for the primary only when that connection ends. An error is no reason
/// for it to ask: it goes on with its connection. So it needs somebody to close the connection, at a moment when whoever it
/// asks knows the new primary.
package actor Application {
    package enum Kind: String, Sendable, CaseIterable {
        case asksForAddress = "asks for the address (GET-MASTER-ADDR-BY-NAME)"
        case asksForPrimaries = "asks for the primaries (SENTINEL MASTERS)"
        case hearsEvents = "hears the Sentinels' events (+switch-master)"
        case isIdle = "has an idle connection"
        case isBlocked = "is blocked (BLPOP)"
    }

    package nonisolated let kind: Kind
    private let lab: Lab
    private let number: Int
    /// What its last event told it.
    private var announced: Endpoint?
    private var isAwake = false
    private var count = 0

    init(_ kind: Kind, number: Int, _ lab: Lab) {
        (self.kind, self.number, self.lab) = (kind, number, lab)
    }

    /// How often it was served by a primary.
    var served: Int { count }

    /// From now on an idle connection is used again.
    func wake() { isAwake = true }

    func run() async {
        await withTaskGroup(of: Void.self) { group in
            if kind == .hearsEvents { group.addTask { await self.hear() } }
            group.addTask { await self.work() }
        }
    }

    private func work() async {
        while !Task.isCancelled {
            if let address = await primary(), var connection = try? await PlainConnection(to: address) {
                while !Task.isCancelled, await isServed(&connection, at: address) {
                    try? await Task.sleep(for: .milliseconds(10))
                }
                connection.close()
            }
            try? await Task.sleep(for: .milliseconds(10))
        }
    }

    /// - Returns: whether the connection is still there.
    private func isServed(_ connection: inout PlainConnection, at address: Endpoint) async -> Bool {
        switch kind {
        case .isIdle where count > 0 && !isAwake: return true
        case .hearsEvents where announced != nil && announced != address: return false
        case .isBlocked:
            guard let reply = await connection.reply(to: ["BLPOP", Applications.queue, "0"]) else { return false }
            if reply.array?.count == 2 { count += 1 }
            return true
        case .asksForAddress, .asksForPrimaries, .hearsEvents, .isIdle:
            let write = Command(["SET", "planrun-application:\(number)", String(count)])
            guard let reply = await connection.reply(to: write) else { return false }
            if reply.string == "OK" { count += 1 }
            return true
        }
    }

    // MARK: Who is the primary

    private func primary() async -> Endpoint? {
        if kind == .hearsEvents, let announced { return announced }
        for offset in lab.sentinels.indices {
            let sentinel = lab.sentinels[(number + offset) % lab.sentinels.count].address
            if let address = await primary(from: sentinel) { return address }
        }
        return nil
    }

    private func primary(from sentinel: Endpoint) async -> Endpoint? {
        let question: Command =
            kind == .asksForPrimaries ? ["SENTINEL", "MASTERS"] : ["SENTINEL", "GET-MASTER-ADDR-BY-NAME", name]
        let reply = try? await PlainConnection.replies(to: [question], at: sentinel, within: .seconds(1))[0]
        guard kind == .asksForPrimaries else { return reply.flatMap { Self.address($0.array?.map(\.string)) } }
        for fields in reply?.array ?? [] {
            let words = (fields.array ?? []).map { $0.string ?? "" }
            var values: [String: String] = [:]
            for index in stride(from: 0, to: words.count - 1, by: 2) { values[words[index]] = words[index + 1] }
            if values["name"] == name { return Self.address([values["ip"], values["port"]]) }
        }
        return nil
    }

    private var name: String { lab.description.sentinels?.primary ?? "" }

    private static func address(_ pair: [String?]?) -> Endpoint? {
        guard let pair, pair.count == 2, let host = pair[0], let port = pair[1].flatMap({ Int($0) }) else { return nil }
        return Endpoint(host: host, port: port)
    }

    /// Listens at one Sentinel. What happened before that it asks for.
    private func hear() async {
        var turn = number
        while !Task.isCancelled {
            let sentinel = lab.sentinels[turn % lab.sentinels.count].address
            turn += 1
            if var connection = try? await PlainConnection(to: sentinel),
                await connection.reply(to: ["SUBSCRIBE", "+switch-master"]) != nil
            {
                announced = await primary(from: sentinel)
                while let message = await connection.next() {
                    let words = message.array?.last?.string?.split(separator: " ").map(String.init) ?? []
                    if words.count == 5, words[0] == name { announced = Self.address([words[3], words[4]]) }
                }
                connection.close()
            }
            try? await Task.sleep(for: .milliseconds(20))
        }
    }
}
