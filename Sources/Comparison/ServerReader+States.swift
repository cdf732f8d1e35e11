import NIOCore
import RESP

/// The second look at keys: each is read as a whole, in pieces, and reduced to what its content says.
extension ServerReader {
    /// The states of keys, in their order.
    func states(_ database: Int, of keys: [ByteBuffer]) async throws -> [KeyState] {
        var questions = CommandBatch()
        for key in keys {
            questions.append(Self.type, key)
            questions.append(Self.pttl, key)
        }
        let answers = try await ask(database, questions)
        let (frames, begin) = (answers.frames, answers.begin)
        let types = try frames.open { replies in
            try keys.indices.map { index in
                guard let type = KeyType(replies, begin + 2 * index) else {
                    throw refusal(frames, begin + 2 * index, "TYPE")
                }
                return type
            }
        }
        let readings = try await readings(database, zip(keys, types).map { ($0, $1) })
        return try keys.indices.map { index in
            guard let left = frames.number(begin + 2 * index + 1) else {
                throw refusal(frames, begin + 2 * index + 1, "PTTL")
            }
            return KeyState(
                type: types[index], expiry: ExpiryTime(left: left, now: answers.time), value: readings[index].value,
                isWhole: readings[index].refusal == nil, left: left < 0 ? nil : left)
        }
    }

    /// Reads values to their ends, all at the same time, piece by piece.
    func readings(_ database: Int, _ keys: [(key: ByteBuffer, type: KeyType)]) async throws -> [ValueReading] {
        var readings = keys.map { ValueReading($0.type, fieldsExpire: expiringFields.contains(database)) }
        var open = Array(keys.indices)
        while !open.isEmpty {
            try Task.checkCancellation()
            var (batch, begin) = self.batch(database)
            open = open.filter { index in
                guard let question = readings[index].question(keys[index].key) else { return false }
                batch.append(question)
                return true
            }
            guard !open.isEmpty else { break }
            let leaves = try await session.pipeline(
                batch, into: ReplyLeaves(count: batch.count), timeout: Self.patience)
            for (place, index) in open.enumerated() {
                readings[index].answer(leaves.replies[begin + place])
                if let error = readings[index].refusal { try accept(error, keys[index].type) }
            }
        }
        for index in keys.indices where readings[index].isHyperLogLog {
            if let registers = try await registers(database, keys[index].key) {
                readings[index].replace(with: registers)
            }
        }
        return readings
    }

    /// - Throws: where the error says more than that the key is another one by now.
    private func accept(_ error: ReplyLeaves.Leaf, _ type: KeyType) throws {
        let refusal = RESPError(message: error.text)
        guard ["WRONGTYPE", "ERR"].contains(refusal.code) else {
            throw ComparisonRefusal(address: session.address, command: "reading a \(type.name)", refusal)
        }
    }

    /// The registers of a HyperLogLog; `nil` where the string is none.
    private func registers(_ database: Int, _ key: ByteBuffer) async throws -> [UInt8]? {
        let command = Command(arguments: [
            ByteBuffer(string: "GETRANGE"), key, ByteBuffer(string: "0"), ByteBuffer(string: "\(HyperLogLog.longest)"),
        ])
        let replies = try await session.pipeline([["SELECT", "\(database)"], command], timeout: Self.patience)
        guard case .bulkString(let bytes) = replies[1] else { return nil }
        return HyperLogLog.registers(Array(bytes.readableBytesView))
    }
}
