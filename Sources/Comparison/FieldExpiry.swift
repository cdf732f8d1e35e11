import RESP

/// How many hashes of each database have fields that expire, as `INFO keyspace` tells it: Redis since 7.4 as
/// `subexpiry`, Valkey since 9 as `keys_with_volatile_items`.
struct FieldExpiry: Equatable {
    private static let names = ["subexpiry", "keys_with_volatile_items"]

    private let hashes: [Int: Int]

    /// - Parameter info: the answer to `INFO keyspace`; without a number for any database where fields do not expire.
    init(_ info: String) {
        var hashes: [Int: Int] = [:]
        for line in info.split(whereSeparator: \.isNewline) where line.hasPrefix("db") {
            let parts = line.dropFirst(2).split(separator: ":")
            guard parts.count == 2, let database = Int(parts[0]) else { continue }
            for field in parts[1].split(separator: ",") {
                let words = field.split(separator: "=")
                guard words.count == 2, Self.names.contains(String(words[0])), let count = Int(words[1]) else {
                    continue
                }
                hashes[database] = count
            }
        }
        self.hashes = hashes
    }

    /// The databases in which both servers know of fields that expire, and one has some.
    static func databases(_ mine: FieldExpiry, _ theirs: FieldExpiry) -> Set<Int> {
        Set(
            mine.hashes.compactMap { database, count in
                theirs.hashes[database].flatMap { max(count, $0) > 0 ? database : nil }
            })
    }
}
