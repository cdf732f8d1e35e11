import RESP
import Testing
import Values

@testable import RedisTopology

struct TopologyTests {
    private let source = Endpoint(host: "10.0.0.1", port: 6379)
    private let target = Endpoint(host: "10.0.0.2", port: 6380)
    private let sentinel = Endpoint(host: "10.0.0.3", port: 5000)

    private var before: Topology {
        Topology(
            instances: [
                .init(address: source, role: .primary, offset: 10),
                .init(address: target, role: .replica, follows: source, isLinkUp: true, offset: 10),
            ],
            sentinels: [.init(sentinel: sentinel, name: "m", primary: source)])
    }

    @Test func `the same is the same, in any order and at any offset`() {
        var later = before
        later.instances = [
            .init(address: target, role: .replica, follows: source, isLinkUp: true, offset: 99),
            .init(address: source, role: .primary, offset: 99),
        ]
        #expect(later.differences(from: before) == [])
    }

    @Test func `a cutover in sentences`() {
        let after = Topology(
            instances: [
                .init(address: source, role: .replica, follows: target), .init(address: target, role: .primary),
            ],
            sentinels: [.init(sentinel: sentinel, name: "m", primary: target)])
        #expect(
            after.differences(from: before) == [
                "10.0.0.1:6379 follows 10.0.0.2:6380 (link down), it is primary before",
                "10.0.0.2:6380 is primary, it follows 10.0.0.1:6379 (link up) before",
                "sentinel 10.0.0.3:5000 names 10.0.0.2:6380 as primary of 'm', it names 10.0.0.1:6379 as primary of 'm' before",
            ])
    }

    @Test func `what is missing`() {
        let after = Topology(
            instances: [.init(target, nil)], sentinels: [.init(sentinel: sentinel, name: "m", primary: nil)])
        #expect(after.differences(from: before).count == 3)
        #expect(after.differences(from: before)[1].hasPrefix("10.0.0.2:6380 does not answer"))
        #expect(before.differences(from: Topology()).allSatisfy { $0.hasSuffix("it was not there before") })
    }

    @Test func `an instance from what it says`() throws {
        let replica = Topology.Instance(target, try ReplicationInfo(Recorded.dragonflyReplica(offset: 56)))
        #expect(replica.role == .replica)
        #expect(replica.follows == Endpoint(host: "127.0.0.1", port: 16679))
        #expect(replica.offset == 56)
        #expect(replica.isLinkUp)
        #expect(Topology.Instance(source, try ReplicationInfo(Recorded.redisPrimary)).offset == 204_831)
    }
}
