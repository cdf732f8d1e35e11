package import Diagnostics
package import PlanModel

extension Review {
    /// How often a file is fixed: a fix can make room for another one.
    private static let mostRounds = 5

    /// The file with everything fixed that can be fixed without a person's decision, and how many fixes that took. A fix
    /// after which the plan would not be read is not made.
    package static func fixed(
        _ file: SourceFile, checks: [CheckDeclaration], applying: (Plan) -> [CheckDeclaration]
    ) -> (file: SourceFile, count: Int) {
        var (fixed, count) = (file, 0)
        for _ in 0..<mostRounds {
            let fixes = Review(fixed, checks: checks, applying: applying).diagnostics.compactMap(\.fix)
            guard !fixes.isEmpty else { break }
            let next = SourceFile(path: file.path, text: fixed.text(editedBy: fixes.flatMap(\.edits)))
            guard Plan.read(next, checks: checks).plan != nil else { break }
            (fixed, count) = (next, count + fixes.count)
        }
        return (fixed, count)
    }
}
