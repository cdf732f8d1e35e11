package import NIOCore

/// A fingerprint of 128 bits. Its key is drawn when the process starts, so digests of two processes have nothing to do
/// with each other, and nobody can choose data whose digests are equal.
package struct Digest: Sendable, Hashable {
    private var high: UInt64 = 0
    private var low: UInt64 = 0

    /// The digest of nothing, to which others are added.
    package static let zero = Digest()

    private init() {}

    /// A fingerprint of 64 bits, for half the price.
    package static func fingerprint(_ bytes: ByteBuffer) -> UInt64 {
        var hasher = Hasher()
        bytes.withUnsafeReadableBytes { hasher.combine(bytes: $0) }
        return UInt64(bitPattern: Int64(hasher.finalize()))
    }

    /// A number that is as good as drawn by chance, and the same for the same bytes.
    package var chance: UInt64 { low }

    /// The sum of digests says the same in whatever order they are added: it is the digest of an unordered collection.
    package static func += (left: inout Digest, right: Digest) {
        left.high &+= right.high
        left.low &+= right.low
    }

    /// The digest of an ordered collection.
    package mutating func append(_ next: Digest) {
        var maker = Maker()
        maker.combine(self)
        maker.combine(next)
        self = maker.finish()
    }

    /// Makes a digest of bytes that come in pieces. The pieces' borders make no difference.
    package struct Maker: Sendable {
        private var first = Hasher()
        private var second = Hasher()

        package init() {
            first.combine(1 as UInt8)
            second.combine(2 as UInt8)
        }

        package mutating func combine(bytes: UnsafeRawBufferPointer) {
            first.combine(bytes: bytes)
            second.combine(bytes: bytes)
        }

        package mutating func combine(_ value: some Hashable) {
            first.combine(value)
            second.combine(value)
        }

        package consuming func finish() -> Digest {
            var digest = Digest()
            digest.high = UInt64(bitPattern: Int64(first.finalize()))
            digest.low = UInt64(bitPattern: Int64(second.finalize()))
            return digest
        }
    }
}
