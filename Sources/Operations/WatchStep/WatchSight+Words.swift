import Values

extension WatchSight {
    /// One line: `the target is the primary, 3 of 3 Sentinels name it, the old source is 0 bytes behind, …`.
    func words(_ basis: WatchBasis, _ errors: Double?) -> String {
        var words = [targetWords]
        if sentinels.total > 0 { words.append("\(sentinels.naming) of \(sentinels.total) Sentinels name it") }
        words.append(sourceWords)
        if !clients.isEmpty {
            words.append(
                "\(clients.values.reduce(0, +).counted("application connection", "application connections")) there")
        }
        if let errors {
            words.append("\(errors.tenths) errors/s" + (basis.errorsBefore.map { " (before: \($0.tenths))" } ?? ""))
        }
        if let memory = load.memory {
            let limit = load.limit.map { " of \(ByteCount(bytes: $0).text)" } ?? ""
            words.append("memory \(ByteCount(bytes: memory).text)\(limit)")
        }
        let evicted = WatchLoad.growth(load.evicted, since: basis.load.evicted)
        if evicted > 0 { words.append("\(evicted) evicted") }
        return words.joined(separator: ", ")
    }

    /// How far the old source is behind the target, in bytes; `nil` if it does not follow it.
    var lag: Int64? {
        if case .follows(let lag) = source { lag } else { nil }
    }

    private var targetWords: String {
        switch target {
        case .primary: "the target is the primary"
        case .replica(let primary, _): "the target is a replica of \(primary)"
        case .silent: "the target does not answer"
        }
    }

    private var sourceWords: String {
        switch source {
        case .follows(lag: let lag?): "the old source is \(ByteCount(bytes: lag).text) behind"
        case .follows(lag: nil): "the old source follows it"
        case .cutOff: "the old source has no link to it"
        case .followsAnother(let primary): "the old source follows \(primary)"
        case .standsAlone: "the old source stands alone"
        case .takesWrites: "the old source takes writes"
        case .silent: "the old source does not answer"
        }
    }
}
