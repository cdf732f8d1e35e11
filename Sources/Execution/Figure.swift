/// A number that a wait reports, for events, metrics and plots. Its name says its unit.
package enum Figure: String, Sendable, CaseIterable, CodingKeyRepresentable, Codable {
    /// What the primary has written and its replica has not carried out yet.
    case lagBytes
    /// Of a full sync.
    case copiedBytes, totalBytes, copiedKeys, totalKeys
    case bytesPerSecond, keysPerSecond
    /// Of a comparison: keys that were looked at on either server, of how many.
    case comparedKeys, keysToCompare
    /// Of a comparison: keys that differed when they were looked at, and are looked at again.
    case suspectedKeys
    /// Of a comparison: differences that are certain.
    case differences

    /// The figures of which the record keeps curves.
    package static let plotted: Set<Figure> = [.lagBytes, .bytesPerSecond, .keysPerSecond]
}
