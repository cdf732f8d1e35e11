package import NIOCore
import RESP

/// A key that is not the same on both servers.
package struct Difference: Sendable, Equatable {
    package enum Kind: String, Sendable, Hashable, CaseIterable, Codable {
        /// The source has the key, and the target does not.
        case missing
        /// The target has the key, and the source does not.
        case extra
        case type
        case value
        case expiry
    }

    package let kind: Kind
    package let database: Int
    package let key: ByteBuffer
    /// What the key holds on the source; on the target for a key that only the target has.
    package let type: KeyType

    /// `'session:4711'`, `'session:4711' of database 3`. The key is escaped and cut.
    package var title: String {
        "'\(String(buffer: key).printable(limit: 60))'" + (database == 0 ? "" : " of database \(database)")
    }
}
