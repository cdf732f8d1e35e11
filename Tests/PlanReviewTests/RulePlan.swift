import Diagnostics
import Foundation
import Operations
import PlanModel
import PlanReview

/// A plan in `Fixtures/rules` to which one rule objects, with a name that is the rule's id. The line of each finding ends
/// with `# finds: rule`. Where such a comment would be part of the finding, the first line of the file says
/// `# finds-on-LINE: rule` instead.
struct RulePlan: Sendable, CustomStringConvertible {
    static let root = String(#filePath.dropLast("Tests/PlanReviewTests/RulePlan.swift".count))
    private static let folder = root + "Tests/PlanReviewTests/Fixtures/rules/"

    let name: String
    let text: String

    static let all = names(in: folder).map { RulePlan(name: $0, text: text(folder + $0)) }

    /// The example plans of the repository.
    static let examples = names(in: root + "plans/").map { RulePlan(name: $0, text: text(root + "plans/" + $0)) }

    private static func names(in folder: String) -> [String] {
        ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).filter { $0.hasSuffix(".yaml") }.sorted()
    }

    private static func text(_ path: String) -> String {
        FileManager.default.contents(atPath: path).map { String(decoding: $0, as: UTF8.self) } ?? ""
    }

    var description: String { name }
    var rule: String { String(name.dropLast(".yaml".count)) }

    /// `LINE rule` of each finding.
    var expected: [String] {
        text.split(separator: "\n", omittingEmptySubsequences: false).enumerated().flatMap { index, line in
            line.matches(of: /# finds: ([a-z-]+)$/).map { "\(index + 1) \($0.1)" }
                + line.matches(of: /^# finds-on-([0-9]+): ([a-z-]+)$/).map { "\($0.1) \($0.2)" }
        }
    }

    func review(_ text: String? = nil) -> Review { .of(SourceFile(path: name, text: text ?? self.text)) }
}

extension Review {
    static func of(_ file: SourceFile) -> Review {
        Review(
            file, checks: PreflightCatalogue.declarations, applying: PreflightCatalogue.declarations(for:))
    }

    /// `LINE rule` of each finding.
    var summary: [String] { diagnostics.map { "\($0.range?.start.line ?? 0) \($0.topic.id)" } }
}
