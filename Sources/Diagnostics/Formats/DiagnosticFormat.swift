/// The catalogue of formats in which diagnostics are written. A new format is a file in this folder and its two lines
/// here; the option `--format`, its help and the documentation read them from here.
package enum DiagnosticFormat: String, Sendable, CaseIterable {
    case text
    case json
    case github
    case gitlab
    case sarif

    package var renderer: any DiagnosticRenderer.Type {
        switch self {
        case .text: TextRenderer.self
        case .json: JSONRenderer.self
        case .github: GitHubRenderer.self
        case .gitlab: GitLabRenderer.self
        case .sarif: SARIFRenderer.self
        }
    }
}

/// Writes diagnostics in one format.
package protocol DiagnosticRenderer: Sendable {
    /// What a person should know about the format to choose it; `nil` if its name says enough.
    static var meaning: String? { get }

    /// Whether the format is for programs. Such a format is the only thing on standard output, and is written even if
    /// nothing was found.
    static var isData: Bool { get }

    /// - Parameter surface: what the diagnostics are written to. Formats for programs have no colours and no width.
    init(_ surface: DiagnosticSurface)

    /// All diagnostics of one command, in the order given.
    func render(_ diagnostics: [Diagnostic]) -> String
}

/// What diagnostics are written to: a terminal with colours and a width, or anything else.
package struct DiagnosticSurface: Sendable {
    package var isColored: Bool
    /// How many columns a line may have; `nil` if there is no limit.
    package var width: Int?
    /// The version of this program, for formats that say who found something; `nil` leaves it out.
    package var version: String?

    package init(isColored: Bool = false, width: Int? = nil, version: String? = nil) {
        self.isColored = isColored
        self.width = width
        self.version = version
    }
}

extension DiagnosticFormat {
    /// All formats, for the help of an option: `text, or json: a list of all that was found`.
    package static var choices: String {
        let words = allCases.map { format in
            format.rawValue + (format.renderer.meaning.map { ": \($0)" } ?? "")
        }
        return (words.dropLast().joined(separator: ", ") + ", or ") + (words.last ?? "")
    }
}
