package import RESP

/// The message by which Sentinels tell each other about themselves and about the primary that they watch; published every
/// two seconds on `__sentinel__:hello`, and taken by a Sentinel as `PUBLISH`, too (Redis, `sentinelProcessHelloMessage`).
package struct SentinelHello: Sendable, Equatable {
    package static let channel = "__sentinel__:hello"

    /// Who says it. A receiver that does not know it, by address and run id together, takes it for a new Sentinel.
    package let announcer: ServerAddress
    package let runID: String
    package let primaryName: String
    package let primary: ServerAddress
    /// Of the configuration, and the current one: a receiver with a smaller configuration epoch takes `primary` over.
    package let epoch: Int64

    package init(announcer: ServerAddress, runID: String, primaryName: String, primary: ServerAddress, epoch: Int64) {
        self.announcer = announcer
        self.runID = runID
        self.primaryName = primaryName
        self.primary = primary
        self.epoch = epoch
    }

    /// As it is heard on the channel; `nil` for anything else.
    package init?(_ payload: String) {
        let fields = payload.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
        guard fields.count == 8, let port = Int(fields[1]), let primaryPort = Int(fields[6]),
            let epoch = Int64(fields[7])
        else { return nil }
        self.init(
            announcer: ServerAddress(host: fields[0], port: port), runID: fields[2], primaryName: fields[4],
            primary: ServerAddress(host: fields[5], port: primaryPort), epoch: epoch)
    }

    package var command: Command {
        let fields = [
            announcer.host, String(announcer.port), runID, String(epoch), primaryName, primary.host,
            String(primary.port),
            String(epoch),
        ]
        return ["PUBLISH", Self.channel, fields.joined(separator: ",")]
    }
}
