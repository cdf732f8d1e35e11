import Diagnostics
import Escaping
import FoundationEssentials
import PlanModel
import Seeding
import Testing

/// Plans that a seeded generator has damaged. Each is read or refused in bounded time. Nothing that is printed contains
/// the password that is written in the plan, or a character that an editor does not show as what it is.
///
/// `PLANRUN_SEED` repeats a run, `PLANRUN_FUZZ_SECONDS` makes it longer.
struct PlanFuzzTests {
    private static let environment = ProcessInfo.processInfo.environment
    private static let seconds = environment["PLANRUN_FUZZ_SECONDS"].flatMap { Int64($0) } ?? 3

    /// No name, number or address contains such characters, so a word with them may be a secret.
    private static let secret = "Tr0u@b4dor"

    /// The pieces that are put into plans: texts that mean something in YAML, in plans or to terminals, and secrets in
    /// all spellings.
    private static let splices = [
        ":", ": ", "- ", "{", "}", "[", "]", ",", "\n", "\n  ", "\t", "  ", "#", " # ", "'", "\"", "&a ", "*a", "!x ",
        "|\n",
        ">\n", "~", "on", "5", "-1", "1e999", "99999999999999999999", "\u{0}", "\r", "\u{85}", "\u{2028}", "\u{202E}",
        "\u{A0}", "\u{200B}", "\u{FEFF}", "\u{E0041}", "é", "𝄞", "e\u{301}", "<<: ", "? ", "---\n", "...\n", "%", "@",
        "`",
        "null", "\u{1B}[2J", "password: S", "pw: S", "S", "S: ", "&S ", "*S", "#S", " #S", "'S'", "\"S\"", "[S]",
        "{ S: S }",
        "redis://:S@h:1", "-a S", ">S", "password: |\n    S\n", "{ env: S }", "x: &b S\n  engine: *b\n", "timeout: ",
        "id: ",
        "needs: [", "engine: ", "address: ", "steps:\n", "  - failover: {}\n", "version: 2\n", "shards:\n",
        "notify:\n  - name: x\n", "webhook: { url: S }", "url: https://S", "headers: { Authorization: S }",
    ].map { Array($0.replacing("S", with: secret).utf8) }

    @Test(.saysSeed) func `whatever a plan holds, reading it ends, and no secret is printed`() throws {
        var random = SeededRandom()
        let originals = Fixture.all("valid").compactMap { try? SourceFile.load(path: $0.path) }.map {
            Array($0.text.utf8)
        }
        try #require(!originals.isEmpty)
        let end = ContinuousClock.now + .seconds(Self.seconds)
        var plans = 0
        while ContinuousClock.now < end {
            var bytes = originals.randomElement(using: &random) ?? []
            for _ in 0..<Int.random(in: 1...6, using: &random) { damage(&bytes, &random) }
            if let problem = problem(bytes) {
                let text = String(decoding: bytes, as: UTF8.self)
                Issue.record("plan \(plans): \(problem)\n\(text)")
                return
            }
            plans += 1
        }
        if Self.environment["PLANRUN_FUZZ_SECONDS"] != nil {
            print("PLANRUN_SEED=\(SeededRandom.seed): \(plans) plans")
        }
        #expect(plans > 0)
    }

    private func damage(_ bytes: inout [UInt8], _ random: inout SeededRandom) {
        let position = Int.random(in: 0...bytes.count, using: &random)
        let length = min(Int.random(in: 1...40, using: &random), bytes.count - position)
        switch Int.random(in: 0..<8, using: &random) {
        case 0: bytes.removeSubrange(position..<(position + length))
        case 1: bytes.insert(contentsOf: Array(bytes[position..<(position + length)]), at: position)
        case 2: if position < bytes.count { bytes[position] = UInt8.random(in: 0...255, using: &random) }
        case 3:
            let splice = Self.splices.randomElement(using: &random) ?? []
            for _ in 0..<Int.random(in: 1...200, using: &random) { bytes.insert(contentsOf: splice, at: position) }
        default: bytes.insert(contentsOf: Self.splices.randomElement(using: &random) ?? [], at: position)
        }
    }

    /// Says what is wrong with planrun's reading of a file; `nil` if nothing is.
    private func problem(_ bytes: [UInt8]) -> String? {
        let reading = Plan.read(SourceFile(path: "fuzzed.yaml", bytes: bytes), checks: Fixture.checks, environment: [:])
        let hasError = reading.diagnostics.contains { $0.severity == .error }
        if (reading.plan == nil) != hasError { return "a plan with errors, or no plan and no error" }
        let (text, json) = (
            TextRenderer(width: 100).render(reading.diagnostics),
            JSONRenderer(DiagnosticSurface()).render(reading.diagnostics)
        )
        for printed in [text, json] {
            if printed.contains(Self.secret) { return "a secret is printed:\n\(printed)" }
            if let character = printed.unicodeScalars.first(where: isUnseen) {
                return "U+\(String(character.value, radix: 16)) is printed"
            }
            if printed.utf8.count > 2 << 20 { return "\(printed.utf8.count) bytes are printed" }
        }
        return nil
    }

    private func isUnseen(_ scalar: Unicode.Scalar) -> Bool {
        scalar.value < 0x20 && scalar != "\n"
            || HiddenCharacter(scalar).map { ![0x3000, 0xFE0E, 0xFE0F].contains($0.scalar.value) } == true
    }
}
