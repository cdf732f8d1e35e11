package import RESP
package import Values

/// `INFO sentinel`, typed.
package struct SentinelInfo: Sendable, Equatable {
    /// Whether the Sentinel is in TILT, in which it distrusts its clock and starts nothing for 30 s.
    package let isInTilt: Bool
    /// How long it has been in TILT; Sentinels older than 7 do not report it.
    package let tiltAge: Duration?
    package let primaries: [Monitored]

    package struct Monitored: Sendable, Equatable {
        package let name: String
        /// `ok`, `sdown` or `odown`.
        package let status: String
        package let address: Endpoint
        package let replicas: Int
        /// The number of Sentinels, this one included.
        package let sentinels: Int
    }

    package init(_ reply: RESPValue) throws(ReplyError) {
        try self.init(Info(reply))
    }

    package init(_ info: Info) throws(ReplyError) {
        let section = info["sentinel"]
        isInTilt = try section.requiredInteger("sentinel_tilt") != 0
        tiltAge = try section.seconds("sentinel_tilt_since_seconds")
        var primaries: [Monitored] = []
        while let line = section["master\(primaries.count)"] {
            guard let primary = Monitored(attributes(line)) else {
                throw ReplyError(
                    command: section.command, expected: "'name=…,status=…,address=…'",
                    found: "'\(line.printable(limit: 120))'")
            }
            primaries.append(primary)
        }
        self.primaries = primaries
    }
}

extension SentinelInfo.Monitored {
    fileprivate init?(_ values: [String: String]) {
        // An IPv6 address stands without brackets here, so the port follows the last colon.
        guard let name = values["name"], let status = values["status"], let place = values["address"],
            let colon = place.lastIndex(of: ":"), let port = Int(place[place.index(after: colon)...]),
            let replicas = values["slaves"].flatMap({ Int($0) }),
            let sentinels = values["sentinels"].flatMap({ Int($0) })
        else { return nil }
        self.init(
            name: name, status: status, address: Endpoint(host: String(place[..<colon]), port: port),
            replicas: replicas, sentinels: sentinels)
    }
}
