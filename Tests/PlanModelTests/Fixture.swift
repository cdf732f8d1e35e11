import Diagnostics
import FoundationEssentials
import PlanModel
import Values

/// A plan file in `Fixtures`, and the diagnostics that are expected of it.
///
/// The line of a mistake ends with `# error: code` or `# warning: code`; several are separated by commas. A file that
/// cannot hold a comment (an empty or missing file, or bytes that are no text) has a file `NAME.expected` beside it
/// with a line `LINE error: code` for each mistake, where `-` instead of the line stands for the whole file.
struct Fixture: Sendable, CustomStringConvertible {
    static let folder = String(#filePath.dropLast("Fixture.swift".count)) + "Fixtures"

    let name: String
    let path: String
    let expected: [String]

    var description: String { name }

    /// The checks of an invented catalogue, with a limit of each type.
    static let checks = [
        CheckDeclaration(
            id: "memory", title: "the data fits the target",
            limits: [
                .init(key: "headroom", defaultValue: .percentage(20), weaker: .lower, meaning: "What must stay free.")
            ]),
        CheckDeclaration(
            id: "replica-buffer", title: "the buffer holds what is written during the sync", severity: .warn,
            limits: [
                .init(
                    key: "size", defaultValue: .size(ByteCount(bytes: 1 << 20)), weaker: .lower,
                    meaning: "The smallest buffer."),
                .init(
                    key: "for", defaultValue: .duration(.seconds(60)), weaker: .lower, meaning: "How long it must last."
                ),
                .init(key: "links", defaultValue: .count(2), weaker: .higher, meaning: "How many replicas share it."),
                .init(
                    key: "strict", defaultValue: .flag(true), weaker: .lower, meaning: "Whether an unknown size counts."
                ),
            ]),
        CheckDeclaration(
            id: "keyspace-events", title: "no keyspace events are used that the target lacks", severity: .warn),
    ]

    static func all(_ kind: String) -> [Fixture] {
        let folder = "\(folder)/\(kind)"
        let files = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        let names = Set(files.compactMap { name(of: $0) })
        return names.sorted().map { name in
            let path = "\(folder)/\(name).yaml"
            let sidecar = FileManager.default.contents(atPath: "\(folder)/\(name).expected")
            let expected = sidecar.map { Self.expectations(sidecar: String(decoding: $0, as: UTF8.self)) }
            let text = FileManager.default.contents(atPath: path).map { String(decoding: $0, as: UTF8.self) } ?? ""
            return Fixture(name: name, path: path, expected: expected ?? Self.expectations(comments: text))
        }
    }

    private static func name(of file: String) -> String? {
        for suffix in [".yaml", ".expected"] where file.hasSuffix(suffix) { return String(file.dropLast(suffix.count)) }
        return nil
    }

    private static func expectations(comments text: String) -> [String] {
        text.split(separator: "\n", omittingEmptySubsequences: false).enumerated().flatMap { index, line in
            line.matches(of: /(error|warning): ([a-z0-9-]+)(?=$|,)/).map {
                "\(index + 1) \($0.output.1): \($0.output.2)"
            }
        }
    }

    private static func expectations(sidecar text: String) -> [String] {
        text.split(separator: "\n").map(String.init)
    }

    func read() -> PlanReading { Plan.load(path: path, checks: Self.checks) }
}

extension PlanReading {
    /// `line severity: code` of each diagnostic, with `-` for the whole file.
    var summary: [String] {
        diagnostics.map {
            "\($0.range.map { String($0.start.line) } ?? "-") \($0.severity.rawValue): \($0.topic.id)"
        }
    }
}
