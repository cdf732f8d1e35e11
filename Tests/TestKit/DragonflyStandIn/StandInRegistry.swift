import RESP
import Values

/// The clients of the stand-in, and the questions that it was asked and has no recorded answer for.
actor StandInRegistry {
    struct Entry: Sendable {
        let id: Int
        let address: String
        var name: String
        let disconnect: @Sendable () -> Void
    }

    let address: Endpoint
    private var clients: [Int: Entry] = [:]
    private var lastID = 0
    private var unknownCalls: [String: Int] = [:]
    /// Every command that any client sent, as words, in order.
    private(set) var received: [[String]] = []
    private(set) var unrecorded: [String] = []

    init(_ address: Endpoint) { self.address = address }

    func connected(from address: String, disconnect: @escaping @Sendable () -> Void) -> Int {
        lastID += 1
        clients[lastID] = Entry(id: lastID, address: address, name: String(lastID), disconnect: disconnect)
        return lastID
    }

    func gone(_ id: Int) { clients[id] = nil }

    func disconnect(_ id: Int) { clients[id]?.disconnect() }

    func noted(_ words: [String]) { received.append(words) }

    func rename(_ id: Int, _ name: String) { clients[id]?.name = name }

    func refused(_ name: String) { unknownCalls[name.uppercased(), default: 0] += 1 }

    func isUnrecorded(_ question: String) {
        if !unrecorded.contains(question) { unrecorded.append(question) }
    }

    /// The values for the placeholders of an answer to this client.
    func values(for id: Int) -> Values {
        var values = Values(words: words(clients[id]))
        values.lists["client"] = clients.values.sorted { $0.id < $1.id }.map { words($0) }
        values.lists["unknown"] = unknownCalls.sorted { $0.key < $1.key }.map {
            ["command": $0.key, "calls": String($0.value)]
        }
        values.words["tcp_port"] = String(address.port)
        values.words["connected_clients"] = String(clients.count)
        return values
    }

    private func words(_ client: Entry?) -> [String: String] {
        guard let client else { return [:] }
        return [
            "id": String(client.id), "addr": client.address, "laddr": "\(address)", "name": client.name, "age": "0",
            "idle": "0",
        ]
    }
}
