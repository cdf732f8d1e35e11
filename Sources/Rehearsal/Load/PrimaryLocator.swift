package import RESP

/// Finds the primary as an application does: from a Sentinel, or, where there is none, by asking the instances.
package struct PrimaryLocator: Sendable {
    private enum Source: Sendable {
        /// Until the Sentinels know the name, applications have the address of the source in their configuration.
        case sentinels([any CommandSession], name: String, before: ServerAddress?)
        case instances([any CommandSession])
    }

    private let source: Source

    package init(_ lab: Lab) {
        if let settings = lab.description.sentinels {
            source = .sentinels(
                lab.sentinels.map(lab.session), name: settings.primary,
                before: settings.watchesSource ? nil : lab.address(of: lab.source))
        } else {
            source = .instances([lab.source, lab.target].map(lab.session))
        }
    }

    /// The address of the primary as it is known now; `nil` while nobody says.
    /// - Parameter first: which Sentinel to ask first; the others follow if it is silent.
    package func locate(first: Int = 0) async -> ServerAddress? {
        switch source {
        case .sentinels(let sessions, let name, let before):
            for offset in sessions.indices {
                let session = sessions[(first + offset) % sessions.count]
                if let address = await address(of: name, from: session) { return address }
            }
            return before
        case .instances(let sessions):
            for session in sessions where await isPrimary(session) { return session.address }
            return nil
        }
    }

    package func close() async {
        let sessions =
            switch source {
            case .sentinels(let sessions, _, _): sessions
            case .instances(let sessions): sessions
            }
        for session in sessions { await session.close() }
    }

    private func address(of name: String, from session: any CommandSession) async -> ServerAddress? {
        let command = Command(["SENTINEL", "GET-MASTER-ADDR-BY-NAME", name])
        guard let pair = try? await session.send(command, timeout: .seconds(1)).array, pair.count == 2,
            let host = pair[0].string, let port = pair[1].integer
        else { return nil }
        return ServerAddress(host: host, port: Int(port))
    }

    private func isPrimary(_ session: any CommandSession) async -> Bool {
        guard let role = try? await session.send(["ROLE"], timeout: .seconds(1)) else { return false }
        return role.isRoleOfPrimary
    }
}

extension Lab {
    /// A new session with whoever is the primary, found as an application finds it; the caller closes it.
    package func primarySession() async throws -> any CommandSession {
        let locator = PrimaryLocator(self)
        let address = await locator.locate()
        await locator.close()
        guard let session = address.flatMap(session(at:)) else {
            let who = description.sentinels == nil ? "neither source nor target says that it is" : "no Sentinel names"
            throw RehearsalError(code: .noPrimary, sentence: "\(who) the primary")
        }
        return session
    }

    /// A new session with the instance that is found there; `nil` where it is none of this world.
    func session(at address: ServerAddress) -> (any CommandSession)? {
        instances.first { self.address(of: $0) == address }.map(session)
    }
}

extension RESPValue {
    /// Whether this is what a primary answers to `ROLE`.
    var isRoleOfPrimary: Bool { array?.first?.string == "master" }
}
