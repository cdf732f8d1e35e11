import RESP
package import Values

/// Finds the primary as an application does: by asking a Sentinel or, if there is none, the instances.
package struct PrimaryLocator: Sendable {
    /// What an application asks a Sentinel for.
    package enum Question: Sendable, Hashable, CaseIterable {
        /// The address for clients: `SENTINEL GET-MASTER-ADDR-BY-NAME`.
        case address
        /// The primaries that the Sentinel watches: `SENTINEL MASTERS`. It may show the new one later.
        case primaries
    }

    private enum Source: Sendable {
        /// `before` is the address in the applications' configuration, which they use until the Sentinels know the
        /// name.
        case sentinels([any CommandSession], name: String, before: Endpoint?)
        case instances([any CommandSession])
    }

    private let source: Source
    private let question: Question

    package init(_ lab: Lab, asking question: Question = .address) {
        self.question = question
        if let settings = lab.description.sentinels {
            source = .sentinels(
                lab.sentinels.map(lab.session), name: settings.primary,
                before: settings.watchesSource ? nil : lab.address(of: lab.source))
        } else {
            source = .instances([lab.source, lab.target].map(lab.session))
        }
    }

    /// The address of the primary as it is known now; `nil` if nobody names one.
    /// - Parameter first: the index of the Sentinel to ask first; the others are asked if it gives no answer.
    package func locate(first: Int = 0) async -> Endpoint? {
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

    private func address(of name: String, from session: any CommandSession) async -> Endpoint? {
        switch question {
        case .address:
            let reply = try? await session.send(["SENTINEL", "GET-MASTER-ADDR-BY-NAME", name], timeout: .seconds(1))
            return reply?.array.flatMap(Self.address)
        case .primaries:
            let primaries = try? await session.send(["SENTINEL", "MASTERS"], timeout: .seconds(1)).array
            return primaries?.lazy.compactMap { Self.address(of: name, in: $0.array ?? []) }.first
        }
    }

    private static func address(_ pair: [RESPValue]) -> Endpoint? {
        guard pair.count == 2, let host = pair[0].string, let port = pair[1].integer else { return nil }
        return Endpoint(host: host, port: Int(truncatingIfNeeded: port))
    }

    /// - Parameter fields: names and values in turn, as a Sentinel describes one primary.
    private static func address(of name: String, in fields: [RESPValue]) -> Endpoint? {
        var values: [String: RESPValue] = [:]
        for index in stride(from: 0, to: fields.count - 1, by: 2) {
            if let field = fields[index].string { values[field] = fields[index + 1] }
        }
        guard values["name"]?.string == name else { return nil }
        return address([values["ip"], values["port"]].compactMap(\.self))
    }

    private func isPrimary(_ session: any CommandSession) async -> Bool {
        guard let role = try? await session.send(["ROLE"], timeout: .seconds(1)) else { return false }
        return role.isRoleOfPrimary
    }
}

extension Lab {
    /// A new session with the instance at that address; `nil` where no instance of this world has it.
    func session(at address: Endpoint) -> (any CommandSession)? {
        instances.first { self.address(of: $0) == address }.map(session)
    }
}

extension RESPValue {
    /// Whether this reply to `ROLE` is that of a primary.
    var isRoleOfPrimary: Bool { array?.first?.string == "master" }
}
