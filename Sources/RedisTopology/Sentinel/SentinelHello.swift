package import RESP
package import Values

/// The message with which a Sentinel tells the others about itself and about the primary that it watches. Each
/// publishes it every two seconds on `__sentinel__:hello`. A Sentinel also accepts it as a `PUBLISH` that is sent to
/// the Sentinel itself (Redis, `sentinelProcessHelloMessage`).
package struct SentinelHello: Sendable, Equatable {
    package static let channel = "__sentinel__:hello"

    /// The Sentinel that the message names as its sender. A receiver that does not know a Sentinel with this address
    /// and run id adds it as a new one.
    package let announcer: Endpoint
    package let runID: String
    package let primaryName: String
    package let primary: Endpoint
    /// The message has two epochs, the current one and that of the configuration; this number is sent as both. A
    /// receiver whose configuration epoch is smaller takes over `primary`.
    package let epoch: Int64

    package init(announcer: Endpoint, runID: String, primaryName: String, primary: Endpoint, epoch: Int64) {
        self.announcer = announcer
        self.runID = runID
        self.primaryName = primaryName
        self.primary = primary
        self.epoch = epoch
    }

    /// Reads a message of the channel; `nil` for any other text.
    package init?(_ payload: String) {
        let fields = payload.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
        guard fields.count == 8, let port = Int(fields[1]), let primaryPort = Int(fields[6]),
            let epoch = Int64(fields[7])
        else { return nil }
        self.init(
            announcer: Endpoint(host: fields[0], port: port), runID: fields[2], primaryName: fields[4],
            primary: Endpoint(host: fields[5], port: primaryPort), epoch: epoch)
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
