/// Where an interrupted comparison was, so that another one can go on there. It is small, whatever the servers hold.
///
/// A cursor of `SCAN` holds while the server lives, over any connection, and says nothing to another process. A key that
/// is there all the time is met once at least. So whoever goes on has to make sure that the processes are the same, and
/// that nobody has replaced their data.
package struct ComparisonCheckpoint: Codable, Equatable, Sendable {
    struct Suspect: Codable, Equatable {
        var database: Int
        var key: [UInt8]
    }

    let place: ComparisonPlace
    let cursor: String
    /// How many keys there were on one server, which decides what a sample draws.
    let population: Int64
    /// Keys looked at until then.
    package let done: Int
    let report: ComparisonReport
    /// Keys that have to be looked at again.
    let suspects: [Suspect]
}

/// A database of one of the servers. Databases are compared in the order of their numbers, each from the source to the
/// target and then the other way.
struct ComparisonPlace: Codable, Equatable {
    let database: Int
    let side: Side

    func isBefore(_ other: ComparisonPlace) -> Bool {
        (database, side == .source ? 0 : 1) < (other.database, other.side == .source ? 0 : 1)
    }
}
