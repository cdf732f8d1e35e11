import NIOCore
import RESP

/// The keys of a database that both servers had when they were looked at, by fingerprints of their names. They need not
/// be looked for again on the way back, which is the dearest question of all: the source meets them in another order
/// than its own.
///
/// No more than 16 MiB of memory are used. Keys that there is no room for are looked for.
struct KnownKeys {
    private let mostSlots: Int
    /// A table in which an empty slot is 0, and a fingerprint is in the first free slot at or behind its place.
    private var slots: [UInt64] = Array(repeating: 0, count: 1 << 10)
    private var count = 0

    /// - Parameter mostSlots: how many slots of eight bytes the table may have; a power of two.
    init(mostSlots: Int = 1 << 21) { self.mostSlots = mostSlots }

    private var isFull: Bool { count * 4 >= slots.count * 3 }

    mutating func insert(_ key: ByteBuffer) {
        if isFull {
            guard slots.count < mostSlots else { return }
            grow()
        }
        insert(Self.fingerprint(key))
    }

    /// Whether the key was inserted. A key that was not is taken for one that was with a chance of 1 to 10^13.
    func contains(_ key: ByteBuffer) -> Bool {
        let fingerprint = Self.fingerprint(key)
        return slots[place(of: fingerprint)] == fingerprint
    }

    private mutating func insert(_ fingerprint: UInt64) {
        let place = place(of: fingerprint)
        if slots[place] == 0 { count += 1 }
        slots[place] = fingerprint
    }

    /// The slot that has the fingerprint, or is free for it.
    private func place(of fingerprint: UInt64) -> Int {
        var place = Int(truncatingIfNeeded: fingerprint) & (slots.count - 1)
        while slots[place] != 0, slots[place] != fingerprint { place = (place + 1) & (slots.count - 1) }
        return place
    }

    private mutating func grow() {
        let old = slots
        slots = Array(repeating: 0, count: old.count * 2)
        count = 0
        for fingerprint in old where fingerprint != 0 { insert(fingerprint) }
    }

    private static func fingerprint(_ key: ByteBuffer) -> UInt64 { max(Digest.fingerprint(key), 1) }
}
