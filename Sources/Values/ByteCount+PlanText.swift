extension ByteCount {
    /// From large to small; of two neighbours, such as GiB and GB, the binary one first.
    package static let planUnits: [(name: String, bytes: Int64)] = [
        ("TiB", 1 << 40), ("TB", 1_000_000_000_000), ("GiB", 1 << 30), ("GB", 1_000_000_000), ("MiB", 1 << 20),
        ("MB", 1_000_000), ("KiB", 1 << 10), ("KB", 1_000), ("B", 1),
    ]

    /// As a plan spells it: `64KiB`, in the largest unit that divides it.
    package var planText: String {
        for unit in Self.planUnits where bytes != 0 && bytes % unit.bytes == 0 {
            return "\(bytes / unit.bytes)\(unit.name)"
        }
        return "0B"
    }

    package enum PlanTextError: Error {
        case malformed
        case tooLarge
    }

    /// Reads what a plan spells: digits and a unit.
    package init(planText text: String) throws(PlanTextError) {
        let digits = text.utf8.prefix { $0.isDigitByte }
        let name = text.utf8.dropFirst(digits.count)
        guard !digits.isEmpty, let unit = Self.planUnits.first(where: { name.elementsEqual($0.name.utf8) }) else {
            throw .malformed
        }
        guard let number = Int64(String(Substring(digits))) else { throw .tooLarge }
        let (bytes, overflows) = number.multipliedReportingOverflow(by: unit.bytes)
        guard !overflows else { throw .tooLarge }
        self.init(bytes: bytes)
    }
}
