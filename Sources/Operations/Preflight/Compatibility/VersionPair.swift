import RedisTopology

/// What is known of replicating from one engine and version to another.
struct VersionPair {
    struct Problem: Equatable {
        var sentence: String
        var wanted: String
        var remedy: String
    }

    let source: ServerInfo
    let target: ServerInfo

    var problem: Problem? {
        if source.engine == .redis, source.version.isBelow(6, 2) {
            // `CLIENT PAUSE … WRITE` came with Redis 6.2; the older form stops reads and Sentinel's PING, too.
            return Problem(
                sentence: "the source runs redis \(source.version), which cannot pause writes alone",
                wanted: "redis 6.2 or newer",
                remedy: "upgrade the source to 6.2 or newer first; a restart with the new binary does")
        }
        guard let sourceFormat = rdbVersion(source), let targetFormat = rdbVersion(target) else { return nil }
        guard sourceFormat > targetFormat else { return nil }
        return Problem(
            sentence:
                "the source writes RDB version \(sourceFormat), the target reads up to \(targetFormat): the full sync would fail each time",
            wanted: "a target that reads RDB version \(sourceFormat)",
            remedy: "take a newer \(target.engine.rawValue) as target")
    }

    /// The RDB format that an engine writes, and up to which it reads. Redis: `RDB_VERSION` in `rdb.h` of each release;
    /// Valkey 7 and 8 kept Redis 7.2's, Valkey 9 has 80. Dragonfly reads what Redis writes, with its own exceptions.
    private func rdbVersion(_ server: ServerInfo) -> Int? {
        switch server.engine {
        case .dragonfly: return nil
        case .valkey: return server.version.isBelow(9, 0) ? 11 : 80
        case .redis:
            let version = server.version
            if version.isBelow(7, 0) { return 9 }
            if version.isBelow(7, 2) { return 10 }
            if version.isBelow(7, 4) { return 11 }
            return 12
        }
    }
}

extension ServerVersion {
    fileprivate func isBelow(_ major: Int, _ minor: Int) -> Bool { (self.major, self.minor) < (major, minor) }
}
