import RedisTopology
import Values

/// What is known about replication from one engine and version to another. It asks no server.
struct VersionPair {
    struct Problem: Equatable {
        var sentence: String
        var wanted: String
        var remedy: String
        /// Whether replication is known to fail; `false` if it is only not known to work.
        var isCertain = true
    }

    /// The settings of both servers that matter here.
    struct Settings: Equatable {
        /// Whether the source has `repl-diskless-sync yes`.
        var isDiskless = true
        /// Whether a Valkey target has `rdb-version-check relaxed`.
        var takesForeignFormats = false
        /// Whether a Dragonfly target has `info_replication_valkey_compatible`, which came with 1.18.
        var saysSlave = false
    }

    let source: ServerInfo
    let target: ServerInfo
    var isUnderSentinel = true
    var settings = Settings()

    /// The RDB format that the source writes in a full sync.
    var format: Int? { RDBFormat.written(by: source, for: target, isDiskless: settings.isDiskless) }

    var problems: [Problem] {
        if source.engine == .redis, source.version < .of(6, 2) {
            // `CLIENT PAUSE … WRITE` came with Redis 6.2. The older `CLIENT PAUSE` also stops reads and Sentinel's
            // PING.
            return [
                Problem(
                    sentence: "the source runs redis \(source.version), which cannot pause writes alone",
                    wanted: "redis 6.2 or newer",
                    remedy: "upgrade the source to 6.2 or newer first; a restart with the new binary does")
            ]
        }
        return [refusedFormat].compactMap(\.self) + knownTroubles
    }

    private var knownTroubles: [Problem] {
        guard target.engine == .dragonfly, source.engine != .dragonfly else { return [] }
        let known = KnownPair.all.filter { target.version < $0.fixedIn && $0.concerns(self) }
        return known.map { pair in
            Problem(
                sentence: "\(name(target)) \(pair.happens) (\(pair.issues.joined(separator: ", ")))",
                wanted: "dragonfly \(pair.fixedIn.series) or newer",
                remedy: "take dragonfly \((known.map(\.fixedIn).max() ?? pair.fixedIn).series) or newer as target")
        }
    }

    /// The problem if the target cannot read the source's format: every full sync breaks off.
    private var refusedFormat: Problem? {
        guard let format else { return nil }
        let reads = RDBFormat.read(by: target)
        switch target.engine {
        case .redis:
            guard format > reads else { return nil }
            return refusal(format, reads, format >= 80 ? "valkey#645" : nil, remedyForRedis(format))
        case .valkey:
            if RDBFormat.isForeignToValkey(format), reads >= 80, settings.takesForeignFormats { return nil }
            guard format > reads || RDBFormat.isForeignToValkey(format) else { return nil }
            return refusal(
                format, min(reads, RDBFormat.isForeignToValkey(format) ? 11 : reads),
                RDBFormat.isForeignToValkey(format) ? "valkey#845" : "valkey#2917", remedyForValkey(format))
        case .dragonfly:
            guard format > reads else { return nil }
            if target.version >= RDBFormat.newestKnownDragonfly.next, format < 80 { return unknown(format, reads) }
            return refusal(format, reads, issueOfDragonfly(format), remedyForDragonfly(format))
        }
    }

    private func refusal(_ format: Int, _ reads: Int, _ issue: String?, _ remedy: String) -> Problem {
        Problem(
            sentence: "\(name(source)) writes RDB version \(format), \(name(target)) reads up to \(reads): "
                + "the full sync would fail each time" + (issue.map { " (\($0))" } ?? ""),
            wanted: "a target that reads RDB version \(format)", remedy: remedy)
    }

    private func unknown(_ format: Int, _ reads: Int) -> Problem {
        Problem(
            sentence: "\(name(source)) writes RDB version \(format); whether \(name(target)) reads more than \(reads) "
                + "is not known here (dragonfly#8361)",
            wanted: "a target that reads RDB version \(format)",
            remedy:
                "try it before: make an empty \(name(target)) follow a copy of the source, and see that it gets in sync",
            isCertain: false)
    }

    private func name(_ server: ServerInfo) -> String { "\(server.engine.rawValue) \(server.version)" }
}

// MARK: What to do

extension VersionPair {
    private func remedyForRedis(_ format: Int) -> String {
        if format >= 80 {
            let diskless =
                source.version >= .of(9, 1) ? ", or \(AdvisedCommand.diskless.line("yes")) on the source" : ""
            return "take valkey \(source.version.series) or newer as target\(diskless)"
        }
        return "take redis \(RDBFormat.firstRedis(reading: format)?.series ?? source.version.series) or newer as target"
    }

    private func remedyForValkey(_ format: Int) -> String {
        guard RDBFormat.isForeignToValkey(format) else {
            return "take valkey \(source.version.series) or newer as target"
        }
        let relaxed =
            target.version >= .of(9, 0)
            ? "\(AdvisedCommand.foreignFormat.line("relaxed")) on the target, which reads what redis 7.2 had, too, and rehearse it"
            : "take valkey 9.0 or newer with rdb-version-check relaxed, and rehearse it"
        return "\(relaxed); or take a redis as target"
    }

    private func issueOfDragonfly(_ format: Int) -> String {
        if format >= 80 { return "valkey#645" }
        if format > 12 { return "dragonfly#8361" }
        return format > 11 ? "dragonfly#3860" : "dragonfly#1403"
    }

    private func remedyForDragonfly(_ format: Int) -> String {
        if let version = RDBFormat.firstDragonfly(reading: format) {
            return "take dragonfly \(version.series) or newer as target"
        }
        return format >= 80
            ? "upgrade the source to valkey 9.1 or newer, which writes an older format for others, with repl-diskless-sync yes"
            : "no dragonfly up to \(RDBFormat.newestKnownDragonfly.series) reads it: follow dragonfly#8361, or take a redis as target"
    }
}

extension ServerVersion {
    /// The release after this one: `1.41` of `1.40`.
    fileprivate var next: ServerVersion { .of(major, minor + 1) }
}
