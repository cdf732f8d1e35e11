/// Somebody who is told what happens in a run: a command that gets the event, or a web server to which it is sent.
package struct Receiver: Sendable, Hashable {
    /// What messages call it. No two receivers of a plan have the same name.
    package var name: String
    /// Of what it is told, in the order of `Occasion`.
    package var occasions: [Occasion]
    package var channel: Channel
    /// How long one try may take.
    package var timeout: Duration

    package enum Channel: Sendable, Hashable {
        /// A command, described as by a `run` step that has neither `undo` nor `check`.
        case command(RunStep)
        case webhook(Webhook)
    }

    package init(name: String, occasions: [Occasion] = Occasion.standard, channel: Channel, timeout: Duration) {
        self.name = name
        self.occasions = occasions
        self.channel = channel
        self.timeout = timeout
    }
}

/// Where an event is sent by HTTP, and with which headers.
package struct Webhook: Sendable, Hashable {
    package var url: VariableValue
    package var headers: [String: VariableValue]

    package init(url: VariableValue, headers: [String: VariableValue] = [:]) {
        self.url = url
        self.headers = headers
    }
}

extension Receiver {
    /// Every secret that it takes to tell it.
    var secrets: [SecretReference] {
        let values: [VariableValue] =
            switch channel {
            case .command(let command): command.environment.inOrder
            case .webhook(let webhook): [webhook.url] + webhook.headers.inOrder
            }
        return values.compactMap { if case .secret(let reference) = $0 { reference } else { nil } }
    }

    /// For a person: `'ops' by webhook of started, failed`; where the plan names no events, `of all but retrying`.
    package var summary: String {
        let way =
            switch channel {
            case .command(let command): "by \(RunStep.line(command.command))"
            case .webhook: "by webhook"
            }
        let events =
            occasions == Occasion.standard
            ? "all but \(Occasion.retrying.rawValue)" : occasions.map(\.rawValue).joined(separator: ", ")
        return "'\(name)' \(way) of \(events)"
    }
}

extension [String: VariableValue] {
    fileprivate var inOrder: [VariableValue] { sorted { $0.key < $1.key }.map(\.value) }
}

extension Plan {
    /// The secrets without which a run goes on, and only somebody is not told of it.
    package var receiverSecrets: [SecretReference] { receivers.flatMap(\.secrets) }
}
