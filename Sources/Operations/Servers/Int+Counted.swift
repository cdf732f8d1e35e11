extension FixedWidthInteger {
    /// `1 client waits`, `2 clients wait`.
    package func counted(_ one: String, _ more: String) -> String { self == 1 ? "1 \(one)" : "\(self) \(more)" }
}
