package import RESP
package import Values

/// `INFO server`, typed.
package struct ServerInfo: Sendable, Equatable {
    package let engine: Engine
    /// The engine's own version. Valkey and Dragonfly also give a `redis_version`, for compatibility.
    package let version: ServerVersion
    /// Redis draws a new one at each start; Dragonfly has none.
    package let runID: String?
    /// `standalone`, `sentinel` or `cluster`.
    package let mode: String
    package let port: Int?
    package let uptime: Duration?

    package init(_ reply: RESPValue) throws(ReplyError) {
        try self.init(Info(reply))
    }

    package init(_ info: Info) throws(ReplyError) {
        let section = info["server"]
        let word: String
        if let text = section["dragonfly_version"] {
            engine = .dragonfly
            word = text
        } else if let text = section["valkey_version"] {
            engine = .valkey
            word = text
        } else {
            engine = section["server_name"] == "valkey" ? .valkey : .redis
            word = try section.required("redis_version")
        }
        guard let version = ServerVersion(word) else {
            throw ReplyError(
                command: section.command, expected: "a version like '7.2.4'", found: "'\(word.printable(limit: 80))'")
        }
        self.version = version
        runID = section["run_id"].flatMap { $0.isEmpty ? nil : $0 }
        mode = section["redis_mode"] ?? section["server_mode"] ?? "standalone"
        port = try section.integer("tcp_port").map { Int(truncatingIfNeeded: $0) }
        uptime = try section.seconds("uptime_in_seconds")
    }
}

/// The version of a server: its numbers, and the text in which the server reports it.
package struct ServerVersion: Sendable, Hashable, Comparable, CustomStringConvertible {
    /// Major, minor, patch, and further numbers if the version has more.
    package let numbers: [Int]
    package let text: String

    /// Reads versions such as `7.0.15`, `8.0.0-rc1` and Dragonfly's `df-v1.40.1` and `df-dev-…`; `nil` for a text
    /// without any number.
    package init?(_ text: String) {
        let digits = text.drop { !$0.isASCII || !$0.isNumber }
        let head = digits.prefix { $0 == "." || ($0.isASCII && $0.isNumber) }
        let numbers = head.split(separator: ".").compactMap { WireNumber.integer($0).map(Int.init) }
        guard !numbers.isEmpty else { return nil }
        self.numbers = Array((numbers + [0, 0]).prefix(max(3, numbers.count)))
        self.text = text
    }

    package var major: Int { numbers[0] }
    package var minor: Int { numbers[1] }
    package var description: String { numbers.map(String.init).joined(separator: ".") }

    package static func == (left: Self, right: Self) -> Bool { left.numbers == right.numbers }
    package func hash(into hasher: inout Hasher) { hasher.combine(numbers) }
    package static func < (left: Self, right: Self) -> Bool { left.numbers.lexicographicallyPrecedes(right.numbers) }
}
