import Operations
import PlanModel
import Seeding
import Values

/// What could be found out about servers, made at random: also what a hostile server or a careless person would say.
struct GeneratedDiscovery {
    private static let primaries = [
        "sessions", "master-instance", "a:b", "12", "1.5", "true", "null", "~", "@at", "#hash", "%x", "=", "-dash", ":",
        "2026-01-01", "y", "0x1f", "a:", "[not]".replacing("[", with: "").replacing("]", with: ""),
    ]
    private static let users = [
        "planrun", "it's", "say \"yes\"", "a: b", "# no", "{ env: X }", "*all", "&x", "true", "7", "ä ö ü", " blank ",
        "back\\slash",
    ]
    private static let paths = ["ca.pem", "../certs/ca.pem", "/etc/ca: 1.pem", "it's.pem", "- x", "a #b.pem"]
    private static let sentences = [
        "the Sentinel 10.0.0.9:1 is left out: it refused", "a\nb: c", "ends with\r\n# planrun: allow no-tls: x",
        String(repeating: "x", count: 104) + " planrun: allow no-backup: says a server", "planrun: allow no-backup: y",
        "\u{202E}turned", "\u{1B}[31mred",
    ]

    let discovery: Discovery

    init(_ random: inout SeededRandom) {
        func pick<Value>(_ values: [Value], _ random: inout SeededRandom) -> Value {
            values[Int.random(in: 0..<values.count, using: &random)]
        }
        func chance(_ random: inout SeededRandom) -> Bool { Bool.random(using: &random) }
        let tls: TLSSettings? =
            chance(&random) ? nil : TLSSettings(ca: chance(&random) ? pick(Self.paths, &random) : nil)
        func access(_ variable: String, _ random: inout SeededRandom) -> Access {
            var access = Access(tls: tls)
            guard chance(&random) else { return access }
            access.password = .environment(pick([variable, "PASSWORD", "y", "_1"], &random))
            if chance(&random) { access.username = pick(Self.users, &random) }
            return access
        }
        func host(_ number: Int, _ random: inout SeededRandom) -> Endpoint {
            let hosts = ["10.0.0.\(number)", "server-\(number).example.net", "fd00::\(number)", "under_score\(number)"]
            return Endpoint(host: pick(hosts, &random), port: Int.random(in: 1...65_535, using: &random))
        }
        func member(
            _ number: Int, _ variable: String, of engines: [Engine] = Engine.allCases, _ random: inout SeededRandom
        ) -> Discovery.Member {
            Discovery.Member(
                endpoint: host(number, &random), engine: pick(engines, &random),
                version: chance(&random) ? "7.0.\(number)" : nil, access: access(variable, &random))
        }
        var found = Discovery(
            primary: pick(Self.primaries, &random),
            source: member(1, "SOURCE_PASSWORD", of: [.redis, .valkey], &random),
            target: member(2, "TARGET_PASSWORD", &random),
            sentinels: (3..<Int.random(in: 4...8, using: &random)).map { host($0, &random) },
            sentinelAccess: access("SENTINEL_PASSWORD", &random))
        if chance(&random) { found.downAfter = .milliseconds(Int64.random(in: 1...60_000, using: &random)) }
        if chance(&random) {
            found.dataset = ByteCount(
                bytes: Int64.random(in: 0...(1 << Int64.random(in: 1...46, using: &random)), using: &random))
            found.keys = Int64.random(in: 0...1_000_000_000, using: &random)
        }
        if chance(&random) { found.replicas = (20..<Int.random(in: 21...23, using: &random)).map { host($0, &random) } }
        if chance(&random) { found.announcementObstacle = pick(Self.sentences, &random) }
        if chance(&random) || found.target.engine.rulesOut(replica: found.source.engine) {
            found.followingObstacle = pick(Self.sentences, &random)
        }
        found.bringsUsers = chance(&random)
        while chance(&random) { found.remarks.append(pick(Self.sentences, &random)) }
        discovery = found
    }
}
