/// How large a value is: of a string its bytes, of other values the memory that the source takes for it.
package enum SizeClass: String, Sendable, Hashable, CaseIterable, Codable, CodingKeyRepresentable {
    case tiny = "up to 64 bytes"
    case small = "up to 1 KiB"
    case medium = "below 4 KiB"
    case large = "4 KiB and more"
    /// A stream, a value of a module, or one of a server that does not tell.
    case unknown = "of unknown size"

    /// - Parameter bytes: negative, or `nil`, where it is not known.
    init(bytes: Int64?) {
        guard let bytes else {
            self = .unknown
            return
        }
        switch bytes {
        case ..<0: self = .unknown
        case ...64: self = .tiny
        case ...1_024: self = .small
        case ..<4_096: self = .medium
        default: self = .large
        }
    }
}
