internal import Diagnostics
internal import Values
internal import YAMLTree

extension Receiver {
    /// All receivers of a plan, each with the place of its mapping.
    static let list = Field(
        "notify", ValueType<Receiver>.receiver.list("a list of receivers", atLeast: 1),
        "Who is told what happens in a run. Nobody waits for them, and a run goes on without them.")

    private static let nameField = Field(
        "name", .receiverName, example: "team-chat", "What messages call the receiver.")
    private static let eventsField = Field(
        "events",
        ValueType<Occasion>.word(noun: "an event of a run").list("a list of events: [failed, finished]", atLeast: 1),
        example: ["failed", "finished"],
        "Of what it is told; without it, of everything but 'retrying', which can come many times.")
    private static let commandField = Field(
        "command", ValueType<String>.text("a word").list("a list of words: [./page.sh]", atLeast: 1),
        example: ["hooks/page.sh"],
        "A program and its arguments, which gets the event as JSON on its standard input.")
    private static let environmentField = Field(
        "environment", .variables,
        "Variables for the command, each a text or a reference to a secret: { env: NAME } or { file: PATH }.")
    private static let webhookField = Field("webhook", .webhook, "Where the event is sent as JSON, by POST.")
    private static let timeoutField = Field(
        "timeout", .duration(from: .milliseconds(100), to: .seconds(60)), default: .seconds(10),
        "How long one try may take. There are four at most.")

    static var fields: [any FieldDeclaration] {
        [nameField, eventsField, commandField, environmentField, webhookField, timeoutField]
    }
    static var requiredKeys: [String] { [nameField.key] }
    static var channelKeys: [String] { [commandField.key, webhookField.key] }

    fileprivate static func read(_ reader: inout MappingReader) -> Receiver? {
        let name = reader.required(nameField)
        let events = reader.optional(eventsField)
        let command = reader.optional(commandField)
        let environment = reader.optional(environmentField)
        let webhook = reader.optional(webhookField)
        let timeout = reader.value(timeoutField)
        reader.finish()
        checkChannel(reader)
        let wanted = Set((events ?? []).map(\.value))
        let channel: Channel? =
            command.map { .command(RunStep(command: $0.map(\.value), environment: environment ?? [:])) }
            ?? webhook.map { .webhook($0) }
        guard let name, let channel else { return nil }
        return Receiver(
            name: name,
            occasions: wanted.isEmpty ? Occasion.standard : Occasion.allCases.filter(wanted.contains),
            channel: channel, timeout: timeout)
    }

    /// A receiver is either a command or a webhook.
    private static func checkChannel(_ reader: MappingReader) {
        let ways = reader.entries.filter { channelKeys.contains($0.key) }
        if ways.count == 2 {
            reader.collector.error(
                .contradictingSettings, "a receiver has either 'command' or 'webhook'", at: ways[1].keyRange,
                label: "the second", labels: [Diagnostic.Label(ways[0].keyRange, "the first")],
                help: ["make two receivers of it"])
        } else if ways.isEmpty {
            // A misspelt key is reported as one.
            let isMisspelt = reader.entries.contains { Suggestion.closest(to: $0.key, in: channelKeys) != nil }
            guard !isMisspelt else { return }
            reader.collector.error(
                .missingKey, "\(reader.subject) lacks 'command' or 'webhook'",
                at: reader.place,
                help: ["add 'command: [PROGRAM]' or 'webhook: { url: { env: NAME } }'"])
        } else if ways[0].key == webhookField.key,
            let entry = reader.entries.first(where: { $0.key == environmentField.key })
        {
            reader.collector.error(
                .contradictingSettings, "a webhook has no 'environment'", at: entry.keyRange,
                help: ["write what the web server has to know into 'headers' of 'webhook'"])
        }
    }

    /// - Returns: the receivers, after reporting names that two of them have.
    static func checked(_ located: [Located<Receiver>], _ collector: DiagnosticCollector) -> [Receiver] {
        var first: [String: SourceRange] = [:]
        for receiver in located {
            if let range = first[receiver.value.name] {
                collector.error(
                    .duplicateReceiver, "two receivers have the name '\(receiver.value.name)'", at: receiver.range,
                    label: "the second", labels: [Diagnostic.Label(range, "the first")],
                    help: ["give one of them another name"])
            } else {
                first[receiver.value.name] = receiver.range
            }
        }
        return located.map(\.value)
    }

    /// As a plan writes it, without secrets.
    package var spelled: String {
        var pairs = [Self.nameField.setting(name)]
        if occasions != Occasion.standard {
            pairs.append((Self.eventsField.key, "[\(occasions.map(\.rawValue).joined(separator: ", "))]"))
        }
        switch channel {
        case .command(let command):
            pairs += command.spelledSettings
        case .webhook(let webhook): pairs.append(Self.webhookField.setting(webhook))
        }
        if timeout != Self.timeoutField.defaultValue { pairs.append(Self.timeoutField.setting(timeout)) }
        return "{ \(pairs.map { "\($0.key): \($0.value)" }.joined(separator: ", ")) }"
    }
}

extension ValueType where Value == Receiver {
    private static let expectation = "a mapping such as { name: team-chat, webhook: { url: { env: CHAT_HOOK } } }"

    fileprivate static let receiver = Self(
        expected: expectation,
        read: { node, site in
            guard let entries = node.entries, let first = entries.first else {
                site.reportWrongType(node, expected: expectation)
                return nil
            }
            var reader = MappingReader(
                entries: entries, subject: "this receiver", place: first.keyRange, collector: site.collector)
            return Receiver.read(&reader)
        },
        spell: \.spelled,
        schema: [
            "type": "object", "required": .array(Receiver.requiredKeys.map(SchemaValue.string)),
            "additionalProperties": false, "properties": .object(Receiver.fields.map(\.schemaMember)),
            "oneOf": .array(Receiver.channelKeys.map { ["required": [.string($0)]] }),
            "dependencies": ["environment": ["command"]],
        ],
        example: ["name": "team-chat", "webhook": ["url": ["env": "CHAT_HOOK"]]])
}
