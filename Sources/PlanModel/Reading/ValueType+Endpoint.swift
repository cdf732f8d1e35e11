internal import Diagnostics
internal import Values
internal import YAMLTree

extension ValueType where Value == Endpoint {
    static let endpoint = endpoint(example: "10.0.0.1", usualPort: 6379)

    /// - Parameter usualPort: the port that a message proposes for an address that lacks one.
    fileprivate static func endpoint(example: String, usualPort: Int) -> Self {
        let expected = "an address such as \(example):\(usualPort) or [fd00::1]:\(usualPort)"
        return Self(
            expected: expected,
            read: { node, site in
                guard let scalar = node.scalar, scalar.meaning == .text else {
                    let isPort = node.scalar.map { $0.meaning != .null } ?? false
                    site.reportWrongType(node, expected: expected, help: isPort ? ["write host:port"] : [])
                    return nil
                }
                do throws(Endpoint.PlanTextError) {
                    return try Endpoint(planText: scalar.text)
                } catch {
                    site.collector.error(
                        error.code, error.message(scalar.text), at: node.range,
                        help: error.help(scalar.text, usualPort: usualPort))
                    return nil
                }
            },
            spell: \.description,
            schema: ["type": "string", "pattern": #"^(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]+):[0-9]{1,5}$"#],
            example: .string("\(example):\(usualPort)"))
    }
}

extension ValueType where Value == [Located<Endpoint>] {
    static let sentinelEndpoints = ValueType<Endpoint>.endpoint(example: "10.0.0.3", usualPort: 26379)
        .list("a list of addresses: [10.0.0.3:26379]", atLeast: 1)
}

extension Endpoint.PlanTextError {
    fileprivate var code: DiagnosticCode {
        switch self {
        case .port: .outOfRange
        case .url, .missingPort, .bareIPv6, .host: .invalidAddress
        }
    }

    /// Nothing of a URL is repeated, because it may hold a password.
    fileprivate func message(_ text: String) -> String {
        let text = text.quotedForMessage
        return switch self {
        case .url: "an address is a host and a port, not a URL"
        case .missingPort: "\(text) lacks a port"
        case .bareIPv6: "\(text) is ambiguous: an IPv6 address stands in brackets"
        case .host: "\(text) does not begin with a host name or an IP address"
        case .port: "the port of \(text) is not a number from 1 to 65535"
        }
    }

    fileprivate func help(_ text: String, usualPort: Int) -> [String] {
        if text.contains("$") { return ["planrun replaces no variables in a plan: write the address out"] }
        return switch self {
        case .url: ["write host:port; user, password and TLS have keys of their own"]
        case .missingPort(let host): ["write \(host):\(usualPort), or another port"]
        case .bareIPv6: ["write [address]:port, as in [fd00::1]:\(usualPort)"]
        case .host: ["host names have letters, digits, '-', '_' and '.'"]
        case .port: []
        }
    }
}
