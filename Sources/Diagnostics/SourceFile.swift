/// A text with the path that people know it by.
package struct SourceFile: Sendable, Equatable {
    /// As it was typed, so that messages can be clicked.
    package let path: String
    package let text: String

    package init(path: String, text: String) {
        self.path = path
        self.text = text
    }
}
