import NIOCore
import RESP

extension ServerReader {
    /// How many bytes of a string are shown.
    private static let shown = 40

    /// The first bytes of a string; `nil` where the key holds none by now.
    func beginning(_ database: Int, of key: ByteBuffer) async throws -> ByteBuffer? {
        let command = Command(arguments: [
            ByteBuffer(string: "GETRANGE"), key, ByteBuffer(string: "0"), ByteBuffer(string: "\(Self.shown - 1)"),
        ])
        let replies = try await session.pipeline([["SELECT", "\(database)"], command], timeout: Self.patience)
        guard case .bulkString(let bytes) = replies[1] else { return nil }
        return bytes
    }
}
