/// Which keys of the servers nobody is shown: patterns of key names as `SCAN … MATCH` takes them.
package struct RedactionSettings: Sendable, Hashable {
    /// Neither the name nor the value is shown.
    package var names: [String]
    /// Nothing of the value is shown.
    package var values: [String]

    package init(names: [String] = [], values: [String] = []) {
        self.names = names
        self.values = values
    }
}
