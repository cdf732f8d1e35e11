import NIOCore
import NIOSSL

/// A DNS name or an IP address, either from a certificate or expected in one.
struct CertificateName: Equatable {
    /// The name as a person writes it.
    let text: String
    /// The canonical spelling if this is an IP address; `nil` for a DNS name.
    private let address: String?

    init(_ text: String) {
        self.text = text
        address = (try? SocketAddress(ipAddress: text, port: 0))?.ipAddress
    }

    var isAddress: Bool { address != nil }

    static func all(of certificate: NIOSSLCertificate) -> [CertificateName] {
        certificate._subjectAlternativeNames().compactMap { name in
            switch name.nameType {
            case .dnsName: CertificateName(dns: String(decoding: Array(name.contents), as: UTF8.self))
            case .ipAddress: CertificateName(packed: Array(name.contents))
            default: nil
            }
        }
    }

    /// Whether this name, taken from a certificate, covers the wanted name. By RFC 6125 §6.4 upper and lower case are
    /// the same, and a star stands for exactly the whole first label.
    func covers(_ wanted: CertificateName) -> Bool {
        if let address = wanted.address { return address == self.address }
        guard address == nil else { return false }
        let labels = Self.labels(text)
        let wantedLabels = Self.labels(wanted.text)
        guard labels.count == wantedLabels.count else { return false }
        if labels == wantedLabels { return true }
        return labels[0] == "*" && labels.count > 2 && labels.dropFirst() == wantedLabels.dropFirst()
    }

    private init(dns text: String) {
        self.text = text
        address = nil
    }

    /// Reads an address from the 4 or 16 bytes that a certificate holds; `nil` for any other length.
    private init?(packed bytes: [UInt8]) {
        guard bytes.count == 4 || bytes.count == 16,
            let address = (try? SocketAddress(packedIPAddress: ByteBuffer(bytes: bytes), port: 0))?.ipAddress
        else { return nil }
        text = address
        self.address = address
    }

    private static func labels(_ name: String) -> [String] {
        let trimmed = name.hasSuffix(".") ? String(name.dropLast()) : name
        return trimmed.lowercased().split(separator: ".", omittingEmptySubsequences: false).map(String.init)
    }
}
