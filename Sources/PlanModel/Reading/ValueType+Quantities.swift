internal import Diagnostics
internal import Values
internal import YAMLTree

extension ValueType where Value == Duration {
    /// Longer than any step can sensibly take, and far from where arithmetic on deadlines could overflow.
    static let longest = Duration.seconds(365 * 86_400)

    static func duration(from shortest: Duration = .zero, to longest: Duration = longest) -> Self {
        Self(
            expected: "a duration such as 250ms, 5s or 1h30m",
            read: { node, site in
                guard
                    let text = node.quantity(
                        site, expected: "a duration such as 250ms, 5s or 1h30m", help: Self.unitHelp)
                else {
                    return nil
                }
                do throws(Duration.PlanTextError) {
                    let duration = try Duration(planText: text)
                    guard duration >= shortest else {
                        site.collector.error(
                            .outOfRange,
                            "'\(site.key)' must be at least \(shortest.planText), found \(text.quotedForMessage)",
                            at: node.range)
                        return nil
                    }
                    guard duration <= longest else { throw .tooLong }
                    return duration
                } catch {
                    switch error {
                    case .malformed:
                        site.collector.error(
                            .invalidValue, "\(text.quotedForMessage) is not a duration", at: node.range,
                            help: Self.help(text))
                    case .tooLong:
                        site.collector.error(
                            .outOfRange,
                            "'\(site.key)' must be at most \(longest.planText), found \(text.quotedForMessage)",
                            at: node.range)
                    }
                    return nil
                }
            },
            spell: \.planText,
            schema: ["type": "string", "pattern": "^(?=.)([0-9]+h)?([0-9]+m)?([0-9]+s)?([0-9]+ms)?$"], example: "1h30m")
    }

    /// Proposes milliseconds for a number of four digits or more, which was hardly meant in seconds.
    private static func unitHelp(_ digits: String) -> String {
        "write \(digits)\(digits.count > 3 ? "ms" : "s"), or another unit: ms, s, m and h"
    }

    private static func help(_ text: String) -> [String] {
        let compact = text.lowercased().filter { $0 != " " }
        if compact != text, (try? Duration(planText: compact)) != nil { return ["write \(compact)"] }
        return ["units are ms, s, m and h, the larger first, without spaces or fractions: 1h30m"]
    }
}

extension ValueType where Value == ByteCount {
    static let size = Self(
        expected: "a size such as 64KiB, 10MiB or 1GB",
        read: { node, site in
            guard let text = node.quantity(site, expected: "a size such as 64KiB, 10MiB or 1GB", help: unitHelp) else {
                return nil
            }
            do throws(ByteCount.PlanTextError) {
                return try ByteCount(planText: text)
            } catch {
                switch error {
                case .malformed:
                    site.collector.error(
                        .invalidValue, "\(text.quotedForMessage) is not a size", at: node.range, help: sizeHelp(text))
                case .tooLarge:
                    site.collector.error(
                        .outOfRange, "'\(site.key)' must be less than 8388608TiB, found \(text.quotedForMessage)",
                        at: node.range)
                }
                return nil
            }
        },
        spell: \.planText,
        schema: ["type": "string", "pattern": "^[0-9]+([KMGT]i?)?B$"], example: "64KiB")

    /// Proposes bytes first, which a number without a unit most likely means.
    private static func unitHelp(_ digits: String) -> String {
        let bytes = try? ByteCount(planText: digits + "B").planText
        let shorter = bytes.map { $0 == digits + "B" ? "" : ", which is \($0)" } ?? ""
        return "write \(digits)B for bytes\(shorter), or another unit: KiB, MiB, GiB (1024), KB, MB, GB (1000)"
    }

    private static func sizeHelp(_ text: String) -> [String] {
        let digits = text.prefix { $0.isASCII && $0.isNumber }
        let unit = text.dropFirst(digits.count).lowercased().filter { $0 != " " }
        let isCount = !digits.isEmpty
        let match = ByteCount.planUnits.first { isCount && $0.name.lowercased() == unit }
        if let match, match.bytes == 1 || match.name.contains("i") { return ["write \(digits)\(match.name)"] }
        if let match, let prefix = match.name.first {
            return [
                "write \(digits)\(prefix)iB for what Redis means by \(unit) (units of 1024), "
                    + "or \(digits)\(match.name) for units of 1000"
            ]
        }
        if isCount, let letter = unit.first, unit.count == 1, "kmgt".contains(letter) {
            let prefix = letter.uppercased()
            return ["write \(digits)\(prefix)iB (units of 1024) or \(digits)\(prefix)B (units of 1000)"]
        }
        return ["units are B, KiB, MiB, GiB, TiB (1024) and KB, MB, GB, TB (1000), without spaces or fractions"]
    }
}

extension ValueType where Value == Int {
    static let percentage = Self(
        expected: "a percentage such as 30%",
        read: { node, site in
            let expected = "a percentage such as 30%"
            guard let text = node.quantity(site, expected: expected, help: { "write \($0)%" }) else { return nil }
            let digits = text.utf8.dropLast()
            guard text.utf8.last == UInt8(ascii: "%"), !digits.isEmpty, digits.allSatisfy(\.isDigitByte) else {
                site.collector.error(
                    .invalidValue, "\(text.quotedForMessage) is not a percentage", at: node.range,
                    help: ["write it as in 30%"])
                return nil
            }
            guard let number = Int(String(Substring(digits))), number <= 1_000 else {
                site.collector.error(
                    .outOfRange, "'\(site.key)' must be at most 1000%, found \(text.quotedForMessage)", at: node.range)
                return nil
            }
            return number
        },
        spell: { "\($0)%" },
        schema: ["type": "string", "pattern": "^[0-9]+%$"], example: "30%")
}

extension YAMLNode {
    /// The text of a quantity; `nil` after a mistake was reported. If a number lacks its unit, the message proposes the
    /// same number with a unit.
    fileprivate func quantity(
        _ site: ReadingSite, expected: String, help: (String) -> String
    ) -> String? {
        guard let scalar else {
            site.reportWrongType(self, expected: expected)
            return nil
        }
        // Digits in quotes lack a unit as well.
        if !scalar.text.isEmpty, scalar.text.utf8.allSatisfy(\.isDigitByte) {
            site.collector.error(
                .missingUnit, "'\(site.key): \(scalar.text)' lacks a unit", at: range,
                help: [help(scalar.text)])
            return nil
        }
        switch scalar.meaning {
        case .text, .number, .integer: return scalar.text
        case .null, .bool:
            site.reportWrongType(self, expected: expected)
            return nil
        }
    }
}
