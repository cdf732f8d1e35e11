extension UInt8 {
    /// Whether this is a letter or a digit of ASCII.
    package var isWordByte: Bool {
        switch self {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
        default: isDigitByte
        }
    }

    package var isDigitByte: Bool { UInt8(ascii: "0") <= self && self <= UInt8(ascii: "9") }
}
