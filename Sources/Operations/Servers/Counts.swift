import RESP
import Synchronization

/// A count for each server, shared by all tasks that use it.
final class Counts: Sendable {
    private let counts = Mutex<[ServerAddress: Int]>([:])

    subscript(_ address: ServerAddress) -> Int {
        get { counts.withLock { $0[address] ?? 0 } }
        set { counts.withLock { $0[address] = newValue } }
    }
}
