import RESP
import Synchronization
import Values

/// A count for each server, shared by all tasks that use it.
final class Counts: Sendable {
    private let counts = Mutex<[Endpoint: Int]>([:])

    subscript(_ address: Endpoint) -> Int {
        get { counts.withLock { $0[address] ?? 0 } }
        set { counts.withLock { $0[address] = newValue } }
    }
}
