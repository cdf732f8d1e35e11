import NIOCore
import RESP
import RedisTopology
import Testing

@testable import Operations

struct ClientHostsTests {
    private func clients(_ lines: [String]) throws -> [ClientList.Client] {
        try ClientList(.bulkString(ByteBuffer(string: lines.joined(separator: "\n")))).clients
    }

    @Test func `connections are told by host, the busiest first`() throws {
        let hosts = ClientHosts(
            try clients([
                "id=1 addr=10.0.0.7:1 name= flags=N cmd=get",
                "id=2 addr=10.0.0.8:1 name=worker flags=N cmd=get lib-name=redis-py lib-ver=5.0.1",
                "id=3 addr=10.0.0.8:2 name=web flags=N cmd=get lib-name=redis-py lib-ver=5.0.1",
                "id=4 addr=[fd00::1]:3 name= flags=N",
                "id=5 addr=/run/redis.sock:0 name= flags=U cmd=set",
            ]))
        #expect(hosts.count == 4)
        #expect(
            hosts.text == "10.0.0.8 (2 connections: redis-py 5.0.1 'web', redis-py 5.0.1 'worker'), "
                + "10.0.0.7 (1 connection: last command get), a Unix socket (1 connection: last command set), "
                + "fd00::1 (1 connection)")
    }

    @Test func `of a thousand clients ten addresses are named`() throws {
        let list = try clients(
            (0..<1_000).map { "id=\($0) addr=10.0.\($0 % 50).1:\($0) name=c\($0) flags=N db=0 cmd=get user=default" })
        let hosts = ClientHosts(list)
        #expect(hosts.count == 50)
        #expect(hosts.text.hasPrefix("10.0.0.1 (20 connections: 'c0', 'c100', 'c150', …), "))
        #expect(hosts.text.hasSuffix(", 40 more addresses"))
        #expect(hosts.text.count < 800)
    }

    @Test func `names of clients are not let loose on the terminal`() throws {
        let hosts = ClientHosts(try clients(["id=1 addr=10.0.0.7:1 name=a\u{1B}[31m flags=N"]))
        #expect(hosts.text == "10.0.0.7 (1 connection: 'a\\u{1b}[31m')")
    }

    @Test(arguments: [
        ("sentinel-3f9a0c1e-cmd", "3f9a0c1e"), ("sentinel-3f9a0c1e-pubsub", "3f9a0c1e"), ("sentinel-worker-cmd", nil),
        ("sentinel-3f9a0c1e", nil), ("worker", nil),
    ])
    func `a Sentinel is known by its name`(name: String, id: String?) throws {
        #expect(try clients(["id=1 addr=10.0.0.7:1 name=\(name) flags=N"])[0].sentinelID == id)
    }
}

struct FindingTests {
    @Test func `what was missed comes before what could not be told`() {
        let untold = Finding.untold("b", at: ["y"], remedy: ["ask"])
        let missed = Finding.missed("a", wants: "more", at: ["x", "y"], remedy: ["do"])
        let both = Finding.combined([untold, missed, .passed("c")], passed: "all")
        #expect(both == .missed("a; b", wants: "more", at: ["x", "y"], remedy: ["do", "ask"]))
        #expect(Finding.combined([untold, .passed("c")], passed: "all") == untold)
        #expect(Finding.combined([.passed("c")], passed: "all") == .passed("all"))
    }
}
