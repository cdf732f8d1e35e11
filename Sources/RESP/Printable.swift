import Escaping

extension StringProtocol {
    /// The text as it may be shown; see `VisibleText`. Text from servers goes through this before it reaches a terminal,
    /// a log or a file.
    package var printable: String { VisibleText.escape(String(self)) }

    /// At most `limit` Unicode scalars of the text, escaped; a cut shows as `…`. Scalars, because one character may be
    /// made of a million of them.
    package func printable(limit: Int) -> String {
        let head = unicodeScalars.prefix(limit)
        return head.endIndex == endIndex ? printable : String(String.UnicodeScalarView(head)).printable + "…"
    }
}
