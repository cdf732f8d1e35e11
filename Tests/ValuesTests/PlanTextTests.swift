import Seeding
import Testing
import Values

struct PlanTextTests {
    @Test(arguments: [
        ("250ms", Duration.milliseconds(250)), ("5s", .seconds(5)), ("2m", .seconds(120)), ("1h30m", .seconds(5400)),
        ("1h1m1s1ms", .milliseconds(3_661_001)), ("0s", .zero), ("12h", .seconds(43_200)),
    ])
    func `durations are read and spelt`(_ text: String, _ duration: Duration) throws {
        #expect(try Duration(planText: text) == duration)
        #expect(duration.planText == text)
    }

    @Test(arguments: [("90m", "1h30m"), ("3600s", "1h"), ("1500ms", "1s500ms"), ("007s", "7s"), ("0h0m0s0ms", "0s")])
    func `other spellings of a duration mean the same`(_ written: String, _ spelt: String) throws {
        #expect(try Duration(planText: written).planText == spelt)
    }

    @Test(arguments: [
        "", "5", "s", "5 s", "1m1h", "1s1s", "1.5h", "-1s", "+1s", "5S", "5sec", "1d", "5ss", "٥s", "1h30", " 5s",
    ])
    func `what is no duration is refused`(_ text: String) {
        #expect(throws: Duration.PlanTextError.malformed) { try Duration(planText: text) }
    }

    @Test(arguments: [
        "9223372036854775807h", "99999999999999999999ms", "2562047788015h13m", "9223372036854775807ms1ms",
    ])
    func `durations do not overflow`(_ text: String) {
        #expect(throws: Duration.PlanTextError.self) { try Duration(planText: text) }
    }

    @Test func `durations that no plan can say are spelt as well`() {
        #expect(Duration.nanoseconds(1_500_000).planText == "1ms")
        #expect(Duration.milliseconds(-1500).planText == "-1s500ms")
    }

    @Test(
        arguments: [
            ("64KiB", 65_536), ("10MiB", 10 << 20), ("1GB", 1_000_000_000), ("3TiB", 3 << 40), ("0B", 0), ("1B", 1),
            ("1KB", 1_000), ("1023B", 1023),
        ] as [(String, Int64)])
    func `sizes are read and spelt`(_ text: String, _ bytes: Int64) throws {
        #expect(try ByteCount(planText: text) == ByteCount(bytes: bytes))
        #expect(ByteCount(bytes: bytes).planText == text)
    }

    @Test(.saysSeed) func `every size and duration survives being spelt and read`() throws {
        var random = SeededRandom(7)
        for _ in 1...2_000 {
            let bytes = ByteCount(bytes: Int64.random(in: 0...(1 << Int64.random(in: 1...62)), using: &random))
            #expect(try ByteCount(planText: bytes.planText) == bytes)
            let duration = Duration.milliseconds(Int64.random(in: 0...100_000_000_000, using: &random))
            #expect(try Duration(planText: duration.planText) == duration)
        }
    }

    @Test(arguments: ["", "64", "KiB", "64K", "64k", "64kb", "64 KiB", "1.5MB", "-1B", "64KIB", "64KiBs"])
    func `what is no size is refused`(_ text: String) {
        #expect(throws: ByteCount.PlanTextError.malformed) { try ByteCount(planText: text) }
    }

    @Test(arguments: ["9223372036854775808B", "8388608TiB", "99999999999999999999999B"])
    func `sizes do not overflow`(_ text: String) {
        #expect(throws: ByteCount.PlanTextError.tooLarge) { try ByteCount(planText: text) }
    }

    @Test(arguments: [
        ("10.0.0.1:6379", "10.0.0.1", 6379), ("[::1]:1", "::1", 1), ("redis:65535", "redis", 65535),
        ("a.b-c_d.example:26379", "a.b-c_d.example", 26379), ("[::ffff:10.0.0.1]:80", "::ffff:10.0.0.1", 80),
        ("1password:443", "1password", 443),
    ])
    func `addresses are read and spelt`(_ text: String, _ host: String, _ port: Int) throws {
        let endpoint = try Endpoint(planText: text)
        #expect(endpoint == Endpoint(host: host, port: port))
        #expect(endpoint.description == text)
    }

    @Test(arguments: [
        ("redis://a:1", Endpoint.PlanTextError.url), ("user@a:1", .url), ("a", .missingPort(host: "a")),
        ("[::1]", .missingPort(host: "[::1]")), ("::1:6379", .bareIPv6), ("", .host), (":1", .host), ("a..b:1", .host),
        ("1.2.3:1", .host), ("1.2.3.4.5:1", .host), ("256.1.1.1:1", .host), ("a b:1", .host), ("[a]:1", .host),
        ("[::1:1", .host), ("-a:1", .host), ("a:", .port), ("a:0", .port), ("a:65536", .port), ("a:080", .port),
        ("a:-1", .port), ("a:1x", .port), ("a:٣", .port), ("ä:1", .host),
    ])
    func `what is no address says why`(_ text: String, _ error: Endpoint.PlanTextError) {
        #expect(throws: error) { try Endpoint(planText: text) }
    }
}
