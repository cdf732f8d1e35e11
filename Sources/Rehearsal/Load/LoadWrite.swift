import NIOCore
import RESP

/// One write of the load. Its command follows from writer and number, so that only the number must be remembered to
/// look for the write later.
///
/// Half of the writes set a key of their own; the others append to a list or set a field of a hash, which many writes
/// share. Repeating a write is harmless: it does not hide that another write is missing.
struct LoadWrite: Sendable, Hashable {
    let writer: Int
    let number: Int

    /// How many writes share one list and one hash.
    static let chunk = 4_000

    var command: Command {
        switch number % 4 {
        case 0, 1: ["SET", key, value]
        case 2: ["RPUSH", key, value]
        default: ["HSET", key, String(number), value]
        }
    }

    var key: String {
        let group = number / Self.chunk
        return switch number % 4 {
        case 0, 1: "planrun-load:\(writer):\(number)"
        case 2: "planrun-load:\(writer):list:\(group)"
        default: "planrun-load:\(writer):hash:\(group)"
        }
    }

    /// About as long as a small session record.
    var value: String { "\(writer):\(number):" + Self.padding }

    private static let padding = String(repeating: "x", count: 64)
}
