import RESP

extension Lab {
    /// Returns once every Sentinel sees the source alive and all other Sentinels, and says that the quorum is reachable.
    package func waitForSentinels() async throws {
        guard let wanted = description.sentinels, wanted.watchesSource else { return }
        // Sentinels find each other by a hello that each publishes every 2 s; publishing it more often shortens the
        // start.
        await setHelloPeriod(.milliseconds(100))
        try await eventually("the Sentinels to know each other", within: .seconds(30)) {
            for sentinel in sentinels where !(try await knowsAll(sentinel, wanted)) { return false }
            return true
        }
        await setHelloPeriod(.seconds(2))
        if let period = wanted.infoPeriod { await setPeriod("INFO-PERIOD", period) }
    }

    package func waitForReplicas() async throws {
        for replica in replicas {
            try await eventually("\(replica.name) to follow the source", within: .seconds(30)) {
                try await send(["ROLE"], to: replica).array?.dropFirst(3).first?.string == "connected"
            }
        }
    }

    private func knowsAll(_ sentinel: ServerProcess, _ wanted: LabDescription.Sentinels) async throws -> Bool {
        let state = try await send(Command(["SENTINEL", "MASTER", wanted.primary]), to: sentinel).fields
        guard state["flags"] == "master", state["num-other-sentinels"] == String(wanted.count - 1) else { return false }
        do {
            try await send(Command(["SENTINEL", "CKQUORUM", wanted.primary]), to: sentinel)
            return true
        } catch is RESPError {
            return false
        }
    }

    private func setHelloPeriod(_ period: Duration) async {
        await setPeriod("PUBLISH-PERIOD", period)
    }

    private func setPeriod(_ name: String, _ period: Duration) async {
        for sentinel in sentinels {
            // Sentinels before 7.0 have no `SENTINEL DEBUG`; they keep their own periods.
            _ = try? await send(
                Command(["SENTINEL", "DEBUG", name, String(period.wholeMilliseconds)]), to: sentinel)
        }
    }

    /// Asks every 20 ms until the answer is yes, and throws when the limit has passed.
    private func eventually(
        _ what: String, within limit: Duration, _ isTrue: () async throws -> Bool
    ) async throws {
        let clock = ContinuousClock()
        let deadline = clock.now.advanced(by: limit)
        while !(try await isTrue()) {
            guard clock.now < deadline else {
                throw RehearsalError(
                    code: .sentinelsDidNotAgree, sentence: "waited \(limit.components.seconds) s in vain for \(what)",
                    log: (sentinels.first ?? source).folder.lastLines(of: "server.log"))
            }
            try await Task.sleep(for: .milliseconds(20))
        }
    }
}

extension RESPValue {
    /// The names and values of a flat array, such as the reply of `SENTINEL MASTER` or `CONFIG GET`.
    var fields: [String: String] {
        let words = (array ?? []).map { $0.string ?? "" }
        let pairs = stride(from: 0, to: words.count - 1, by: 2).map { (words[$0], words[$0 + 1]) }
        return Dictionary(pairs) { first, _ in first }
    }
}
