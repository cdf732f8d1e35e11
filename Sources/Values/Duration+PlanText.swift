extension Duration {
    /// The units of a plan, from large to small, which is the order in which a plan writes them.
    package static let planUnits: [(name: String, milliseconds: Int64)] = [
        ("h", 3_600_000), ("m", 60_000), ("s", 1_000), ("ms", 1),
    ]

    /// As a plan spells it: `1h30m`, `250ms`. Fractions of a millisecond are dropped.
    package var planText: String {
        let (seconds, attoseconds) = components
        // A number from a server can give a duration that has too many milliseconds for an `Int64`.
        let longest = Int64.max / 1_000 - 1
        var left = min(max(-longest, seconds), longest) * 1_000 + attoseconds / 1_000_000_000_000_000
        guard left > 0 else { return left == 0 ? "0s" : "-" + (.zero - self).planText }
        var text = ""
        for unit in Self.planUnits where left >= unit.milliseconds {
            text += "\(left / unit.milliseconds)\(unit.name)"
            left %= unit.milliseconds
        }
        return text
    }

    package enum PlanTextError: Error {
        case malformed
        case tooLong
    }

    /// Reads what a plan spells: numbers with units, each unit once, the larger before the smaller.
    package init(planText text: String) throws(PlanTextError) {
        var rest = text.utf8[...]
        var total: Int64 = 0
        var smallest = Int64.max
        repeat {
            let digits = rest.prefix { $0.isDigitByte }
            rest = rest.dropFirst(digits.count)
            let name = rest.prefix { !$0.isDigitByte }
            rest = rest.dropFirst(name.count)
            guard !digits.isEmpty, let unit = Self.planUnits.first(where: { name.elementsEqual($0.name.utf8) }),
                unit.milliseconds < smallest
            else { throw .malformed }
            smallest = unit.milliseconds
            guard let number = Int64(String(Substring(digits))) else { throw .tooLong }
            let (product, overflows) = number.multipliedReportingOverflow(by: unit.milliseconds)
            let (sum, sumOverflows) = total.addingReportingOverflow(product)
            guard !overflows, !sumOverflows else { throw .tooLong }
            total = sum
        } while !rest.isEmpty
        self = .milliseconds(total)
    }
}
