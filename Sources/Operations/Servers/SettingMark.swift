import Execution
import RESP

/// A note about the settings that planrun has changed at a server for a while, and their earlier values. It is kept at
/// the server itself, so that the note lives and dies with the settings.
///
/// The state file says the same. But a run can be killed, and the next planrun may begin in another folder or on
/// another machine. Without this note it would mistake the dead run's fence for the server's own settings, and
/// "restore" it at the end. The note is kept in the free text of `proc-title-template` (Redis 6.2 and newer, Valkey).
/// `CONFIG REWRITE` saves this text together with the other settings, and a person sees it in `ps`. Dragonfly has no
/// setting for such a text.
struct SettingMark: Equatable, Sendable {
    struct Change: Equatable, Sendable {
        var original: String
        /// The value that planrun set. If the setting has another value by now, somebody else has changed it since.
        var set: String
    }

    static let setting = "proc-title-template"
    private static let sign = "planrun:"

    private(set) var changes: [String: Change] = [:]
    /// The template without planrun's note, as the server's owner set it.
    private(set) var owners = ""

    /// - Parameter template: the setting's value at the server. Parts of the note that cannot be read are ignored.
    init(_ template: String) {
        var words: [Substring] = []
        for word in template.split(separator: " ", omittingEmptySubsequences: false) {
            guard word.hasPrefix(Self.sign) else {
                words.append(word)
                continue
            }
            for change in word.dropFirst(Self.sign.count).split(separator: ",") { read(change) }
        }
        owners = words.joined(separator: " ")
    }

    private mutating func read(_ text: Substring) {
        let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2 else { return }
        let values = parts[1].split(separator: ">", omittingEmptySubsequences: false).map { $0.removingPercents }
        guard values.count == 2, let original = values[0], let set = values[1] else { return }
        changes[String(parts[0])] = Change(original: original, set: set)
    }

    /// The setting's new value, which holds the note: `{title} {listen-addr} planrun:replica-priority=100>0`.
    var template: String {
        guard !changes.isEmpty else { return owners }
        let texts = changes.sorted { $0.key < $1.key }.map { name, change in
            "\(name)=\(change.original.withPercents)>\(change.set.withPercents)"
        }
        return (owners.isEmpty ? "" : owners + " ") + Self.sign + texts.joined(separator: ",")
    }

    /// What a setting was before planrun changed it. If its value now is not the one that planrun set, somebody else
    /// has changed it since, and their value counts as the original.
    func original(of name: String, now value: String) -> String {
        if let change = changes[name], change.set == value { change.original } else { value }
    }

    mutating func note(_ name: String, _ change: Change?) {
        changes[name] = change?.original == change?.set ? nil : change
    }
}

extension Server {
    /// What these settings were before planrun changed them, in this run or in one that died. Settings that the engine
    /// lacks are left out.
    func originals(_ names: [String]) async throws(StepFailure) -> [String: String] {
        var values = try await settings(names + [SettingMark.setting])
        guard let mark = values.removeValue(forKey: SettingMark.setting).map({ SettingMark($0) }) else { return values }
        for (name, value) in values { values[name] = mark.original(of: name, now: value) }
        return values
    }

    /// The server's note, which may be empty; `nil` if the engine has no place for one.
    func mark() async throws(StepFailure) -> SettingMark? {
        try await setting(SettingMark.setting).map { SettingMark($0) }
    }

    /// The commands to send before these settings are changed; none if the server has no place for the note.
    func marking(_ changes: [String: SettingMark.Change]) async throws(StepFailure) -> [Command] {
        guard let before = try await mark() else { return [] }
        var mark = before
        for (name, change) in changes { mark.note(name, change) }
        return mark == before ? [] : [mark.command]
    }

    /// The commands to send after these settings were put back, or have reached the values that they will keep.
    func unmarking(_ names: [String]) async throws(StepFailure) -> [Command] {
        guard let before = try await mark() else { return [] }
        var mark = before
        for name in names { mark.note(name, nil) }
        return mark == before ? [] : [mark.command]
    }
}

extension SettingMark {
    fileprivate var command: Command { Command(["CONFIG", "SET", Self.setting, template]) }
}

extension StringProtocol {
    /// Escapes a value so that it holds no blank, no separator of the note's parts, and no brace, which would begin a
    /// variable of the template.
    fileprivate var withPercents: String {
        utf8.map { byte in
            let character = Character(Unicode.Scalar(byte))
            let isPlain = character.isASCII && (character.isLetter || character.isNumber || "-_.".contains(character))
            return isPlain ? String(character) : "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16)
        }.joined()
    }

    /// The value that `withPercents` has escaped; `nil` if the text is not escaped in that way.
    fileprivate var removingPercents: String? {
        var bytes: [UInt8] = []
        var rest = utf8[...]
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%") else {
                bytes.append(byte)
                continue
            }
            let digits = rest.prefix(2)
            guard digits.count == 2, let value = UInt8(String(decoding: digits, as: UTF8.self), radix: 16) else {
                return nil
            }
            bytes.append(value)
            rest = rest.dropFirst(2)
        }
        return String(validating: bytes, as: UTF8.self)
    }
}
