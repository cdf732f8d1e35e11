import RESP

/// Replaces by placeholders whatever varies in the answers of a Dragonfly without being part of its behaviour.
struct DragonflyText {
    /// The words with which the placeholders of the question were filled in.
    let asked: [String: String]

    /// Settings whose value the stand-in takes from the Redis behind it: Dragonfly's name of each, and Redis's.
    static let settings = [
        "replica_priority": "replica-priority", "masterauth": "masterauth", "masteruser": "masteruser",
        "requirepass": "requirepass", "maxmemory": "maxmemory", "dbnum": "databases", "databases": "databases",
        "notify_keyspace_events": "notify-keyspace-events", "timeout": "timeout", "dir": "dir", "aclfile": "aclfile",
    ]

    private static let secrets: Set = ["masterauth", "requirepass", "masteruser"]

    func answer(_ reply: RESPValue, to question: String) -> RecordedAnswer {
        let recorded = RecordedAnswer(reply)
        if recorded.isError { return echoing(recorded, question) }
        let words = question.split(separator: " ").map { $0.uppercased() }
        switch (words[0], words.count > 1 ? words[1] : "") {
        case ("INFO", _): return text(recorded) { Self.info($0) }
        case ("CLIENT", "LIST"), ("CLIENT", "INFO"):
            return text(recorded) { Self.client($0, isOne: words[1] == "INFO") }
        case ("CLIENT", "ID"), ("CLIENT", "GETNAME"), ("PUBLISH", _), ("LASTSAVE", _), ("SPUBLISH", _):
            return Self.whole(recorded, words[1 % words.count].lowercased())
        case ("TIME", _): return time(recorded)
        case ("CONFIG", "GET"): return setting(recorded)
        case ("ROLE", _): return role(recorded)
        case ("COMMAND", ""): return sorted(recorded)
        case ("ACL", "USERS"): return .list([.text("${each user}{name}")])
        case ("ACL", "GETUSER"): return user(recorded)
        case ("HELLO", _): return hello(recorded)
        case ("PUBSUB", "NUMSUB"): return numbered(recorded, question)
        default: return echoing(recorded, question)
        }
    }

    private func text(_ answer: RecordedAnswer, _ change: (String) -> String) -> RecordedAnswer {
        guard case .text(let text) = answer else { return answer }
        return .text(String(text.prefix(1)) + change(String(text.dropFirst())))
    }

    private static func whole(_ answer: RecordedAnswer, _ name: String) -> RecordedAnswer {
        whole(answer, named: ["id": "id", "getname": "name"][name] ?? "number")
    }

    private static func whole(_ answer: RecordedAnswer, named placeholder: String) -> RecordedAnswer {
        guard case .text(let text) = answer else { return answer }
        return .text("\(text.prefix(1)){\(placeholder)=\(text.dropFirst())}")
    }

    // MARK: Lists

    /// Some answers repeat words of the question, at times in capitals. They become the question's placeholders again.
    private func echoing(_ answer: RecordedAnswer, _ question: String) -> RecordedAnswer {
        switch answer {
        case .null: return .null
        case .list(let elements): return .list(elements.map { echoing($0, question) })
        case .text(var text):
            for (name, word) in asked.sorted(by: { $0.key < $1.key })
            where word.count > 3 && question.contains("{\(name)}") {
                text = text.replacing(word, with: "{\(name)}").replacing(
                    word.uppercased(), with: "{\(name.uppercased())}")
            }
            return .text(text)
        }
    }

    private func setting(_ answer: RecordedAnswer) -> RecordedAnswer {
        guard case .list(let elements) = answer, elements.count == 2, case .text(let name) = elements[0],
            case .text(let value) = elements[1], Self.settings[String(name.dropFirst())] != nil
        else { return answer }
        let isSecret = Self.secrets.contains(String(name.dropFirst()))
        return .list([elements[0], .text(isSecret ? "${value}" : "${value=\(value.dropFirst())}")])
    }

    private func time(_ answer: RecordedAnswer) -> RecordedAnswer {
        guard case .list(let numbers) = answer, numbers.count == 2 else { return answer }
        return .list(zip(numbers, ["seconds", "microseconds"]).map { Self.whole($0, named: $1) })
    }

    private func role(_ answer: RecordedAnswer) -> RecordedAnswer {
        guard case .list(var elements) = answer, elements.count == 4 else { return answer }
        (elements[1], elements[2]) = (.text("${primary-host}"), .text("${primary-port}"))
        return .list(elements)
    }

    /// Sorts a list whose order differs each time.
    private func sorted(_ answer: RecordedAnswer) -> RecordedAnswer {
        guard case .list(let entries) = answer else { return answer }
        return .list(entries.sorted { Self.name($0) < Self.name($1) })
    }

    private static func name(_ entry: RecordedAnswer) -> String {
        if case .list(let fields) = entry, case .text(let name)? = fields.first { name } else { "" }
    }

    private func user(_ answer: RecordedAnswer) -> RecordedAnswer {
        guard case .list(var fields) = answer, fields.count >= 10 else { return answer }
        if case .list(let flags) = fields[1] { fields[1] = .list([.text("${state}")] + flags.dropFirst()) }
        if case .text = fields[3] { fields[3] = .text("${digest}") }
        for (index, name) in [(5, "commands"), (7, "keys"), (9, "channels")] { fields[index] = .text("${\(name)}") }
        return .list(fields)
    }

    private func hello(_ answer: RecordedAnswer) -> RecordedAnswer {
        guard case .list(var fields) = answer, let id = fields.firstIndex(of: .text("$id")) else { return answer }
        fields[id + 1] = .text(":{id=1}")
        return .list(fields)
    }

    private func numbered(_ answer: RecordedAnswer, _ question: String) -> RecordedAnswer {
        guard case .list(let fields) = answer else { return answer }
        let numbered = fields.map { field in
            if case .text(let text) = field, text.hasPrefix(":") { RecordedAnswer.text(":{number=0}") } else { field }
        }
        return echoing(.list(numbered), question)
    }

    // MARK: Lines

    private static let fixedNumbers: Set = [
        "arch_bits", "hz", "thread_count", "connected_slaves", "master_sync_in_progress", "slave_read_only",
        "psync_attempts", "psync_successes", "loading", "saving", "cluster_enabled",
    ]
    private static let varyingTexts: Set = [
        "os", "executable", "config_file", "master_host", "master_replid", "multiplexing_api", "last_saved_file",
        "last_error",
    ]

    /// Values that are recorded instead of the real ones, which would reveal something about the recording machine.
    private static let machine = [
        "os": "Linux 6.1.0 x86_64", "executable": "/usr/bin/dragonfly", "config_file": "/etc/dragonfly.flags",
    ]

    static func info(_ text: String) -> String {
        var lines: [String] = []
        for line in text.lines {
            let change = each(line) ?? field(line)
            if change != lines.last || !change.hasPrefix("{each") { lines.append(change) }
        }
        return lines.joined(separator: "\n")
    }

    /// The pattern for a line that occurs once for each of several things, such as databases; `nil` for any other line.
    private static func each(_ line: String) -> String? {
        guard let colon = line.firstIndex(of: ":") else { return nil }
        let key = line[..<colon]
        if key.hasPrefix("db"), Int(key.dropFirst(2)) != nil {
            return "{each database}{database}:"
                + fields(line[line.index(after: colon)...], separator: ",") { name, _ in "{\(name)}" }
        }
        if key.hasPrefix("cmdstat_") {
            return "{each command}cmdstat_{command}:"
                + fields(line[line.index(after: colon)...], separator: ",") { name, _ in "{\(name)}" }
        }
        if key.hasPrefix("unknown_") { return "{each unknown}unknown_{command}:{calls}\r" }
        return nil
    }

    private static func field(_ line: String) -> String {
        guard let colon = line.firstIndex(of: ":") else { return line }
        let key = String(line[..<colon])
        let value = line[line.index(after: colon)...].filter { $0 != "\r" }
        guard !value.isEmpty, !key.hasPrefix("module") else { return line }
        let isNumber = Double(value) != nil || key.hasSuffix("_human")
        let varies = isNumber ? !fixedNumbers.contains(key) : varyingTexts.contains(key)
        let end = line.hasSuffix("\r") ? "\r" : ""
        let seen = machine[key] ?? value
        return varies ? "\(key):{\(key)=\(seen)}\(end)" : line
    }

    /// The list of clients: its first line stands for all of them.
    static func client(_ text: String, isOne: Bool) -> String {
        guard let line = text.lines.first, !line.isEmpty else { return text }
        let fields = fields(line[...], separator: " ") { name, value in
            ["lib-name", "lib-ver", "db"].contains(name) ? String(value) : "{\(name)=\(value)}"
        }
        return isOne ? fields : "{each client}\(fields)\n"
    }

    /// Changes the values of `name=value` parts.
    private static func fields(
        _ text: Substring, separator: Character, _ change: (_ name: String, _ value: Substring) -> String
    ) -> String {
        text.split(separator: separator, omittingEmptySubsequences: false).map { part in
            guard let equals = part.firstIndex(of: "=") else { return String(part) }
            let name = String(part[..<equals])
            let value = part[part.index(after: equals)...]
            let end = value.hasSuffix("\r") ? "\r" : ""
            return "\(name)=\(change(name, value.dropLast(end.count)))\(end)"
        }.joined(separator: String(separator))
    }
}
