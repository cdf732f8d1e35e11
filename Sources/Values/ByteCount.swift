/// A number of bytes: `64KiB`, `10MiB`, `1GB`.
package struct ByteCount: Sendable, Hashable, Codable, Comparable {
    package let bytes: Int64

    package init(bytes: Int64) {
        self.bytes = bytes
    }

    package static func < (left: Self, right: Self) -> Bool { left.bytes < right.bytes }
}
