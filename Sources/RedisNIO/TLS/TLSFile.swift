import FoundationEssentials
import NIOSSL
import RESP

/// A PEM file of the TLS settings.
struct TLSFile {
    /// A file that cannot be used, and why.
    struct Failure: Error {
        let sentence: String
    }

    private let path: String
    /// What the file is for, as messages name it: CA, certificate or key.
    private let role: String

    init(_ path: String, _ role: String) {
        self.path = path
        self.role = role
    }

    func certificates() throws -> [NIOSSLCertificate] {
        let bytes = try contents()
        guard let certificates = try? NIOSSLCertificate.fromPEMBytes(bytes), !certificates.isEmpty else {
            throw Failure(sentence: "the \(role) file \(name) holds no PEM certificate")
        }
        return certificates
    }

    func privateKey() throws -> NIOSSLPrivateKey {
        let bytes = try contents()
        guard let key = try? NIOSSLPrivateKey(bytes: bytes, format: .pem) else {
            throw Failure(sentence: "the \(role) file \(name) holds no PEM private key without passphrase")
        }
        return key
    }

    private func contents() throws -> [UInt8] {
        do {
            return [UInt8](try Data(contentsOf: URL(filePath: path)))
        } catch let error as CocoaError where error.code == .fileReadNoSuchFile {
            throw Failure(sentence: "the \(role) file \(name) does not exist")
        } catch let error as CocoaError where error.code == .fileReadNoPermission {
            throw Failure(sentence: "the \(role) file \(name) may not be read")
        } catch {
            throw Failure(sentence: "the \(role) file \(name) cannot be read")
        }
    }

    private var name: String { "'\(path.printable)'" }
}
