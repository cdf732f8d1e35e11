import Execution
import NIOCore
import RESP
import RedisTopology

/// A random sample of the source's keys from all its databases, and how big they are.
struct KeySample: Sendable {
    struct Entry: Sendable {
        let database: Int
        let key: ByteBuffer
        /// How much memory the key uses, in bytes, as the server estimates it.
        let memory: Int64
        /// The length of a string in bytes; `nil` for every other type.
        let length: Int64?

        /// `'session:4711'`, `'session:4711' of database 3`
        var title: String {
            "'\(String(buffer: key).printable(limit: 60))'" + (database == 0 ? "" : " of database \(database)")
        }
    }

    let entries: [Entry]

    /// The commands that a sample sends. Applications seldom use them.
    static let commands = ["randomkey", "strlen", "memory", "type"]

    /// The rights that a sample needs.
    /// - Parameter sizing: the rights for what is asked about each key.
    static func rights(_ sizing: [Right]) -> Rights {
        Rights(at: [.source], [.select, .randomKey] + sizing)
    }

    /// Reads a sample in a fixed number of round trips, however many keys it has. The more keys a database holds, the
    /// more of them are in the sample.
    static func read(_ servers: Servers, count: Int) async throws -> KeySample {
        // The sample uses a separate connection, because SELECT would change the database for the questions of other
        // checks.
        try await servers.withSession(servers.source, servers.source.settings) { session in
            let keys = try await pick(count, session)
            let sizes = try await session.ask(
                keys.map { database in
                    (
                        database.number,
                        database.keys.flatMap { key in
                            [
                                Command(arguments: [.init(string: "MEMORY"), .init(string: "USAGE"), key]),
                                Command(arguments: [.init(string: "STRLEN"), key]),
                            ]
                        }
                    )
                })
            return KeySample(
                entries: zip(keys, sizes).flatMap { database, sizes in
                    database.keys.enumerated().map { index, key in
                        Entry(
                            database: database.number, key: key, memory: sizes[2 * index].integer ?? 0,
                            length: sizes[2 * index + 1].integer)
                    }
                })
        }
    }
}

extension KeySample {
    /// The types of the keys in a random sample of the source; `none` stands for a key that has gone in the meantime.
    static func types(_ servers: Servers, count: Int) async throws -> Set<String> {
        try await servers.withSession(servers.source, servers.source.settings) { session in
            let keys = try await pick(count, session)
            let types = try await session.ask(
                keys.map { database in
                    (database.number, database.keys.map { Command(arguments: [.init(string: "TYPE"), $0]) })
                })
            return Set(types.flatMap(\.self).compactMap(\.string))
        }
    }

    private static func pick(
        _ count: Int, _ session: Server
    ) async throws(StepFailure) -> [(number: Int, keys: [ByteBuffer])] {
        let databases = try await session.keyspace().databases.sorted { $0.key < $1.key }
        // The counts come from the server, and a sum of integers could overflow, so they are added as `Double`.
        let total = databases.reduce(0.0) { $0 + Double($1.value.keys) }
        let shares = databases.map { database in
            (number: database.key, count: max(1, Int(Double(count) * Double(database.value.keys) / total)))
        }
        let picked = try await session.ask(
            shares.map { ($0.number, Array(repeating: ["RANDOMKEY"], count: $0.count)) })
        return zip(shares, picked).map { share, replies in
            (number: share.number, keys: Array(Set(replies.compactMap(\.bytes))))
        }
    }
}

extension Server {
    /// Asks questions in several databases, all in one round trip. An error for a missing right is thrown. Other errors
    /// are returned, since a key may have gone or have another type.
    fileprivate func ask(
        _ questions: [(database: Int, commands: [Command])]
    ) async throws(StepFailure) -> [[RESPValue]] {
        let batches = questions.map { [Command(["SELECT", String($0.database)])] + $0.commands }
        let all = batches.flatMap(\.self)
        let replies = try await replies(to: all)
        for (command, reply) in zip(all, replies) {
            if case .error(let error) = reply, error.code == "NOPERM" { throw refusal(of: command, error) }
        }
        var rest = replies[...]
        return batches.map { batch in
            defer { rest = rest.dropFirst(batch.count) }
            return Array(rest.prefix(batch.count).dropFirst())
        }
    }
}

extension RESPValue {
    fileprivate var bytes: ByteBuffer? { if case .bulkString(let bytes) = self { bytes } else { nil } }
}
