package import RESP

/// The acknowledged writes that the final primary does not have.
package struct LostWrites: Sendable, Equatable {
    package var count = 0
    /// The keys of the first few missing writes.
    package var keys: [String] = []

    package init() {}

    /// Reads back every acknowledged write. A write that is there twice, or that is there although it was never
    /// acknowledged, does not count as lost.
    package static func find(
        _ record: WriteRecord, on primary: any CommandSession
    ) async throws -> LostWrites {
        var lost = LostWrites()
        for log in record.logs {
            for first in stride(from: 0, to: log.acknowledged.count, by: LoadWrite.chunk) {
                let numbers = first..<min(first + LoadWrite.chunk, log.acknowledged.count)
                try await lost.look(for: numbers.map { LoadWrite(writer: log.writer, number: $0) }, on: primary)
            }
        }
        return lost
    }

    /// - Parameter writes: writes of one writer and one chunk, so that they share one list and one hash.
    private mutating func look(for writes: [LoadWrite], on primary: any CommandSession) async throws {
        let (own, shared) = (writes.filter { $0.number % 4 < 2 }, writes.filter { $0.number % 4 >= 2 })
        var found: Set<String> = []
        let reads: [Command] =
            (own.isEmpty ? [] : [Command(["MGET"] + own.map(\.key))])
            + Set(shared.filter { $0.number % 4 == 2 }.map(\.key)).map { ["LRANGE", $0, "0", "-1"] }
            + Set(shared.filter { $0.number % 4 == 3 }.map(\.key)).map { ["HVALS", $0] }
        for reply in try await primary.pipeline(reads, timeout: .seconds(60)) {
            if case .error(let error) = reply { throw error }
            found.formUnion((reply.array ?? []).compactMap(\.string))
        }
        let missing = writes.filter { !found.contains($0.value) }
        count += missing.count
        keys += missing.prefix(10 - keys.count).map(\.key)
    }
}
