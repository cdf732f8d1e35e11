import RESP
import Synchronization

/// Counts by server, shared by all who look.
final class Counts: Sendable {
    private let counts = Mutex<[ServerAddress: Int]>([:])

    subscript(_ address: ServerAddress) -> Int {
        get { counts.withLock { $0[address] ?? 0 } }
        set { counts.withLock { $0[address] = newValue } }
    }
}
