internal import Values

/// The address of a webhook. No message repeats it: often the address alone is what lets somebody in.
package enum WebhookAddress {
    /// - Returns: what is wrong with the address, as a clause that follows the name of the key; `nil` if nothing is.
    package static func problem(_ text: String) -> String? {
        guard text.utf8.allSatisfy({ (0x21...0x7E).contains($0) && $0 != UInt8(ascii: "\\") }) else {
            return "has characters that an address cannot have"
        }
        guard let authority = authority(of: text) else { return "must begin with https:// or http://" }
        if authority.contains("@") { return "has a user or a password in it" }
        let (host, port) = parts(of: authority)
        if host.isEmpty { return "names no host" }
        return port.isEmpty || isPort(port) ? nil : "names a port that does not exist"
    }

    /// Whether what is sent there can be read on the way: it is not encrypted, and goes to another machine.
    package static func isInClear(_ text: String) -> Bool {
        guard text.lowercased().hasPrefix("http://"), let authority = authority(of: text) else { return false }
        return !Endpoint(host: parts(of: authority).host, port: 0).isLoopback
    }

    private static func authority(of text: String) -> Substring? {
        for scheme in ["https://", "http://"] where text.lowercased().hasPrefix(scheme) {
            return text.dropFirst(scheme.count).prefix { !"/?#".contains($0) }
        }
        return nil
    }

    /// The host without brackets, and what follows it, such as `:8080`.
    private static func parts(of authority: Substring) -> (host: String, port: Substring) {
        guard authority.first == "[" else {
            let host = authority.prefix { $0 != ":" }
            return (String(host), authority[host.endIndex...])
        }
        let host = authority.dropFirst().prefix { $0 != "]" }
        return (String(host), authority[host.endIndex...].dropFirst())
    }

    private static func isPort(_ text: Substring) -> Bool {
        let digits = text.dropFirst()
        return text.first == ":" && digits.utf8.allSatisfy(\.isDigitByte)
            && (1...65_535).contains(Int(digits) ?? 0)
    }
}
