import PlanModel
import Values

/// The commands of a plan as they are worked out, one after the other, together with what each of them changes.
///
/// Each kind of change is declared beside the code that makes it, and a test carries out what was declared and compares the
/// commands.
struct CommandScript: Sendable {
    typealias Word = ForeseenCommand.Word

    /// A server or Sentinel to which commands are sent.
    struct Party: Sendable {
        let place: Rights.Place
        let address: Endpoint
        var engine = Engine.redis
    }

    private(set) var commands: [ForeseenCommand] = []
    /// Whether former values are noted at the servers, as planrun does and a person does not.
    var keepsNotes = true
    /// The settings of each server at this place of the script, as far as anybody changes them. Those that its engine lacks
    /// are left out; for those that nobody was asked for it has an open word.
    private var settings: [Endpoint: [String: Word]] = [:]
    /// What the script has changed for a while, as it was before.
    private var formers: [Endpoint: [String: Word]] = [:]

    /// Tells what a server says of its settings.
    mutating func know(_ settings: [String: Word], of party: Party) { self.settings[party.address] = settings }

    /// Begins another list of commands, with the servers as they are now.
    func continued() -> CommandScript {
        var script = self
        script.commands = []
        return script
    }

    mutating func send(
        _ words: [Word], to party: Party, _ why: String, answer: String = "OK", condition: String? = nil
    ) {
        commands.append(
            ForeseenCommand(
                place: party.place, address: party.address, words: words, why: why, answer: answer,
                condition: condition))
    }
}

/// Settings, and the note of their former values that `SettingMark` keeps at the server.
extension CommandScript {
    /// `nil` if the engine has no such setting.
    func setting(_ name: String, of party: Party) -> Word? { settings[party.address]?[name] }

    /// Before planrun changed it, in this script or in a run that died.
    func original(_ name: String, of party: Party) -> Word? {
        if let former = formers[party.address]?[name] { return former }
        guard let now = setting(name, of: party), let value = now.value else { return setting(name, of: party) }
        return .plain(mark(of: party)?.original(of: name, now: value) ?? value)
    }

    mutating func set(_ name: String, to word: Word, at party: Party, _ why: String, condition: String? = nil) {
        settings[party.address]?[name] = word
        send(["CONFIG", "SET", .plain(name), word], to: party, why, condition: condition)
    }

    mutating func rewrite(at party: Party, _ why: String = "so that a restart changes nothing") {
        // A Dragonfly without a flag file refuses, which does no harm.
        send(
            ["CONFIG", "REWRITE"], to: party, why,
            answer: party.engine == .dragonfly ? "OK, or an error without a flag file" : "OK")
    }

    /// Notes what settings are before they are changed, if anything of it is new.
    mutating func note(_ changes: [String: SettingMark.Change], at party: Party) {
        for name in changes.keys where formers[party.address]?[name] == nil {
            formers[party.address, default: [:]][name] = original(name, of: party)
        }
        guard keepsNotes, setting(SettingMark.setting, of: party) != nil else { return }
        if var mark = mark(of: party) {
            let before = mark
            for (name, change) in changes { mark.note(name, change) }
            if mark != before { write(mark, at: party) }
        } else if !changes.isEmpty {
            writeOpenNote(at: party)
        }
    }

    /// Removes the notes about settings.
    /// - Returns: whether there were any at the server.
    @discardableResult
    mutating func forget(_ names: [String], at party: Party) -> Bool {
        let noted = formers[party.address] ?? [:]
        formers[party.address] = noted.filter { !names.contains($0.key) }
        guard keepsNotes, setting(SettingMark.setting, of: party) != nil else { return false }
        if var mark = mark(of: party) {
            let before = mark
            for name in names { mark.note(name, nil) }
            guard mark != before else { return false }
            write(mark, at: party)
        } else {
            guard names.contains(where: { noted[$0] != nil }) else { return false }
            writeOpenNote(at: party)
        }
        return true
    }

    private func mark(of party: Party) -> SettingMark? {
        setting(SettingMark.setting, of: party)?.value.map { SettingMark($0) }
    }

    private mutating func write(_ mark: SettingMark, at party: Party) {
        set(SettingMark.setting, to: .plain(mark.template), at: party, Self.whyNoted)
    }

    private mutating func writeOpenNote(at party: Party) {
        let names = (formers[party.address] ?? [:]).keys.sorted()
        let note = names.isEmpty ? "as before" : "as it is, and what \(names.joined(separator: ", ")) was before"
        send(["CONFIG", "SET", .plain(SettingMark.setting), .open(note)], to: party, Self.whyNoted)
    }

    private static let whyNoted = "planrun's note of former values, which another planrun reads"
}
