import Execution
import PlanModel
import RESP
import Values

/// The TLS certificates in use stay valid for some time. A certificate that has expired already makes `reachable` fail,
/// unless the plan does not verify certificates.
struct CertificatesCheck: Check {
    static let declaration = CheckDeclaration(
        id: "certificates", title: "TLS certificates stay valid", severity: .warn,
        limits: [
            .init(
                key: "valid-for", defaultValue: .duration(.seconds(14 * 24 * 3600)), weaker: .lower,
                meaning: "for how long every certificate must still be valid")
        ])

    static func applies(to plan: Plan) -> Bool {
        [plan.source.access, plan.target.access, plan.sentinel?.access].contains { $0?.tls != nil }
    }

    func run(_ servers: Servers, limits: CheckLimits) async throws -> Finding {
        let limit = limits.duration("valid-for")
        let now = WallClock.now()
        let shown = try await servers.all.filter { $0.settings.tls != nil }.atOnce { server in
            (server, try await servers.certificates(of: server))
        }
        var findings: [Finding] = []
        var earliest: TLSCertificate?
        for (server, certificates) in shown {
            for certificate in certificates {
                if certificate.end < earliest?.end ?? .infinity { earliest = certificate }
                guard certificate.end - now < limit / .seconds(1) else { continue }
                let verb = certificate.end < now ? "expired" : "expires"
                findings.append(
                    .missed(
                        "\(certificate.title(at: server)) \(verb) on \(certificate.day)",
                        wants: "certificates that are valid for \(limit.planText)", at: [server.name],
                        remedy: ["renew it before the migration"]))
            }
        }
        let end = earliest.map { ", the first expires on \($0.day)" } ?? ""
        return .combined(findings, passed: "\(shown.reduce(0) { $0 + $1.1.count }) certificates\(end)")
    }
}

extension TLSCertificate {
    /// When its validity ends, in seconds since 1970.
    fileprivate var end: Double { Double(notAfter) }

    fileprivate var day: String { String(Timestamp(millisecondsSince1970: notAfter * 1000).description.prefix(10)) }

    fileprivate func title(at instance: some Instance) -> String {
        switch owner {
        case .server: "the certificate of \(instance.name)"
        case .authority: "the CA certificate for \(instance.name)"
        case .client: "planrun's own certificate for \(instance.name)"
        }
    }
}

extension Servers {
    fileprivate func certificates(of instance: some Instance) async throws(StepFailure) -> [TLSCertificate] {
        do {
            return try await connector.certificates(instance.settings)
        } catch {
            throw StepFailure(code: .session(error.code), what: error.sentence, place: [instance.name])
        }
    }
}
