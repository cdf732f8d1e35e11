import NIOCore
import RESP

/// The keys of a database that both servers had when they were looked at, by fingerprints of their names. They need not
/// be looked for again on the way back, which is the dearest question of all: the source meets them in another order
/// than its own.
///
/// No more than 16 MiB of memory are used. Keys that there is no room for are looked for.
struct KnownKeys {
    private static let fewestSlots = 1 << 10

    private let mostSlots: Int
    /// A table in which an empty slot is 0, and a fingerprint is in the first free slot at or behind its place.
    private var slots: [UInt64]
    private var count = 0

    /// - Parameters:
    ///   - expected: about how many keys will be inserted. The table has room for them from the start, because one that
    ///     grows needs the memory of the old and the new one, and all its keys are put into their places again.
    ///   - mostSlots: how many slots of eight bytes the table may have; a power of two.
    init(expecting expected: Int64 = 0, mostSlots: Int = 1 << 21) {
        self.mostSlots = mostSlots
        var room = Self.fewestSlots
        while room < mostSlots, Int64(room / 4 * 3) <= expected { room *= 2 }
        slots = Array(repeating: 0, count: room)
    }

    private var isFull: Bool { count * 4 >= slots.count * 3 }

    mutating func insert(_ keys: [ByteBuffer]) {
        for (fingerprint, home) in look(for: keys) where home != fingerprint {
            if isFull {
                guard slots.count < mostSlots else { return }
                grow()
            }
            insert(fingerprint)
        }
    }

    /// The keys that were not inserted. Such a key is overlooked with a chance of 1 to 10^13.
    func missing(of keys: [ByteBuffer]) -> [ByteBuffer] {
        zip(keys, look(for: keys)).compactMap { key, look in
            let isKnown = look.home == look.fingerprint || slots[place(of: look.fingerprint)] == look.fingerprint
            return isKnown ? nil : key
        }
    }

    /// The fingerprints of keys, and what is in the slot where the search for each begins.
    ///
    /// These slots are read in a loop that does nothing else. The table is larger than the caches of a processor, which
    /// fetches many slots at the same time if nothing stands between the reads.
    private func look(for keys: [ByteBuffer]) -> [(fingerprint: UInt64, home: UInt64)] {
        let fingerprints = keys.map(Self.fingerprint)
        let homes = fingerprints.map { slots[home(of: $0)] }
        return zip(fingerprints, homes).map { (fingerprint: $0, home: $1) }
    }

    private func home(of fingerprint: UInt64) -> Int { Int(truncatingIfNeeded: fingerprint) & (slots.count - 1) }

    private mutating func insert(_ fingerprint: UInt64) {
        let place = place(of: fingerprint)
        if slots[place] == 0 { count += 1 }
        slots[place] = fingerprint
    }

    /// The slot that has the fingerprint, or is free for it.
    private func place(of fingerprint: UInt64) -> Int {
        var place = home(of: fingerprint)
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
