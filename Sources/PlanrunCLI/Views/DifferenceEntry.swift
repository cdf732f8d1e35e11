import Comparison
import FoundationEssentials
import NIOCore

/// One difference as JSON. `schemas/differences.schema.json` describes it.
struct DifferenceEntry: Encodable, Sendable {
    struct Sight: Encodable, Sendable {
        /// As `TYPE` says it.
        var type: String
        /// Bytes of a string, elements of anything else.
        var size: Int?
        /// The time that the key had left, in milliseconds; `nil` where it does not expire.
        var expiresIn: Int64?
        /// The first bytes of a string.
        var beginning: Text?
    }

    /// Bytes of a user: as text where they are UTF-8, else in Base64.
    struct Text: Encodable, Sendable {
        var text: String?
        var base64: String?

        init(_ bytes: ByteBuffer) {
            if let text = String(validating: bytes.readableBytesView, as: UTF8.self) {
                self.text = text
            } else {
                base64 = bytes.base64
            }
        }
    }

    var kind: Difference.Kind
    var database: Int
    /// `nil` where the plan's `redact` hides the name.
    var key: Text?
    /// The pattern of the plan's `redact` that hides the name.
    var redacted: String?
    var source: Sight?
    var target: Sight?

    init(_ difference: Difference) {
        kind = difference.kind
        database = difference.database
        if difference.hidesName {
            redacted = String(buffer: difference.key)
        } else {
            key = Text(difference.key)
        }
        source = difference.source.map(Sight.init)
        target = difference.target.map(Sight.init)
    }
}

extension DifferenceEntry.Sight {
    init(_ sight: KeySight) {
        type = sight.type.word
        size = sight.size
        expiresIn = sight.left
        beginning = sight.beginning.map(DifferenceEntry.Text.init)
    }
}

extension ByteBuffer {
    fileprivate var base64: String { Data(readableBytesView).base64EncodedString() }
}
