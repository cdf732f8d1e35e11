import FoundationEssentials

/// The time of day, for records that outlive this process.
enum WallClock {
    /// Seconds since 1970.
    static func now() -> Double { Date().timeIntervalSince1970 }
}
