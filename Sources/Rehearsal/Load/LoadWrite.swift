import NIOCore
import RESP

/// One write of the load: which command it is follows from writer and number, so that nothing but the number has to be
/// remembered to look for it later.
///
/// Every other write is a key of its own; the others append to a list or add a field to a hash, which thousands share.
/// All can be repeated: what an earlier attempt left behind does not hide that a later write is missing.
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

    /// As long as a small session record.
    var value: String { "\(writer):\(number):" + Self.padding }

    private static let padding = String(repeating: "x", count: 64)
}
