/// The registers of a HyperLogLog, which is a string on the wire. Two of them with equal registers count the same,
/// although their bytes may differ: in the encoding, and in the count that a server keeps with them.
///
/// They are read here because `PFCOUNT` may write: it keeps the count that it has found.
/// The format is described in `hyperloglog.c` of Redis.
enum HyperLogLog {
    static let magic = "HYLL"
    /// No HyperLogLog is longer, in bytes.
    static let longest = headerLength + registerCount * 6 / 8

    private static let headerLength = 16
    private static let registerCount = 16_384

    /// - Returns: `nil` where the bytes are no HyperLogLog.
    static func registers(_ bytes: [UInt8]) -> [UInt8]? {
        guard bytes.count > headerLength, bytes.starts(with: magic.utf8) else { return nil }
        let body = Array(bytes[headerLength...])
        switch bytes[4] {
        case 0: return dense(body)
        case 1: return sparse(body)
        default: return nil
        }
    }

    /// Six bits for each register, the lowest first.
    private static func dense(_ body: [UInt8]) -> [UInt8]? {
        guard body.count == registerCount * 6 / 8 else { return nil }
        return (0..<registerCount).map { register in
            let (byte, shift) = (register * 6 / 8, register * 6 % 8)
            let next = byte + 1 < body.count ? UInt16(body[byte + 1]) : 0
            return UInt8((UInt16(body[byte]) | next << 8) >> shift & 0x3F)
        }
    }

    /// Runs of equal registers: `00` and a length, `01` and a length of two bytes, both of zeros; `1`, a value and a
    /// length.
    private static func sparse(_ body: [UInt8]) -> [UInt8]? {
        var registers: [UInt8] = []
        registers.reserveCapacity(registerCount)
        var rest = body[...]
        while let code = rest.popFirst(), registers.count < registerCount {
            let run: (value: UInt8, length: Int)
            if code & 0x80 != 0 {
                run = (code >> 2 & 0x1F + 1, Int(code & 0x03) + 1)
            } else if code & 0x40 != 0 {
                guard let low = rest.popFirst() else { return nil }
                run = (0, Int(code & 0x3F) << 8 + Int(low) + 1)
            } else {
                run = (0, Int(code & 0x3F) + 1)
            }
            registers += repeatElement(run.value, count: run.length)
        }
        return registers.count == registerCount && rest.isEmpty ? registers : nil
    }
}
