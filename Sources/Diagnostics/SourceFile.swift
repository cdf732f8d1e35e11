/// A text with the path that people know it by.
package struct SourceFile: Sendable, Equatable {
    /// As the user typed it, so that a terminal can open the file from a message.
    package let path: String
    /// Without a byte order mark, if there was one.
    package let text: String
    /// The first place that is not UTF-8; bytes that cannot be decoded are replacement characters in `text`.
    package let encodingProblem: EncodingProblem?
    /// What excerpts may show; `nil`: all of the text.
    package var disclosure: Disclosure?

    package struct EncodingProblem: Sendable, Equatable {
        package let position: SourcePosition
        package let byte: UInt8
        /// Whether the file begins with the byte order mark of UTF-16.
        package let looksLikeUTF16: Bool
    }

    package init(path: String, text: String) {
        self.path = path
        self.text = text.unicodeScalars.first == "\u{FEFF}" ? String(text.unicodeScalars.dropFirst()) : text
        self.encodingProblem = nil
    }

    package init(path: String, bytes: [UInt8]) {
        let content = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? bytes[3...] : bytes[...]
        self.path = path
        self.text = String(decoding: content, as: UTF8.self)
        self.encodingProblem =
            String(validating: content, as: UTF8.self) == nil ? EncodingProblem(firstIn: content) : nil
    }
}

extension SourceFile.EncodingProblem {
    fileprivate init(firstIn bytes: ArraySlice<UInt8>) {
        var decoder = UTF8()
        var iterator = bytes.makeIterator()
        var length = 0
        while case .scalarValue(let scalar) = decoder.decode(&iterator) { length += UTF8.width(scalar) }
        let start = bytes.prefix(2)
        self.position = SourceLines(String(decoding: bytes.prefix(length), as: UTF8.self)).end
        self.byte = bytes.dropFirst(length).first ?? 0
        self.looksLikeUTF16 = start.elementsEqual([0xFF, 0xFE]) || start.elementsEqual([0xFE, 0xFF])
    }
}
