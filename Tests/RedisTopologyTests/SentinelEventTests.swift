import RESP
import Testing
import Values

@testable import RedisTopology

struct SentinelEventTests {
    private let replica = SentinelSubject(
        kind: .replica, name: "127.0.0.1:17102", address: Endpoint(host: "127.0.0.1", port: 17102),
        primaryName: "m")
    private let primary = SentinelSubject(
        kind: .primary, name: "m", address: Endpoint(host: "127.0.0.1", port: 17101), primaryName: "m")

    private func event(_ channel: String, _ payload: String) -> SentinelEvent {
        SentinelEvent(PublishedMessage(channel: channel, payload: payload))
    }

    @Test func `a failover as it was published`() {
        let slave = "slave 127.0.0.1:17102 127.0.0.1 17102 @ m 127.0.0.1 17101"
        let master = "master m 127.0.0.1 17101"
        #expect(event("+new-epoch", "1") == .other(channel: "+new-epoch", payload: "1"))
        #expect(event("+try-failover", master) == .failoverStarted(primary))
        #expect(event("+selected-slave", slave) == .selectedReplica(replica))
        #expect(event("+promoted-slave", slave) == .promotedReplica(replica))
        #expect(event("+failover-end", master) == .failoverEnded(primary))
        #expect(
            event("+switch-master", "m 127.0.0.1 17101 127.0.0.1 17102")
                == .switchedPrimary(
                    name: "m", from: Endpoint(host: "127.0.0.1", port: 17101),
                    to: Endpoint(host: "127.0.0.1", port: 17102)))
        #expect(event("-failover-abort-no-good-slave", master) == .failoverAborted(primary, reason: .noGoodReplica))
        #expect(event("-failover-abort-not-elected", master) == .failoverAborted(primary, reason: .notElected))
        #expect(event("-failover-abort-slave-timeout", master) == .failoverAborted(primary, reason: .replicaTimeout))
    }

    @Test func `what is up and down`() {
        let slave = "slave 127.0.0.1:17102 127.0.0.1 17102 @ m 127.0.0.1 17101"
        #expect(event("+sdown", slave) == .subjectivelyDown(replica))
        #expect(event("-sdown", slave) == .subjectivelyUp(replica))
        #expect(event("+odown", "master m 127.0.0.1 17101 #quorum 2/2") == .objectivelyDown(primary))
        #expect(event("-odown", "master m 127.0.0.1 17101") == .objectivelyUp(primary))
        #expect(event("+convert-to-slave", slave) == .convertedToReplica(replica))
        #expect(event("+tilt", "#tilt mode entered") == .tiltEntered)
        #expect(event("-tilt", "#tilt mode exited") == .tiltLeft)
        let sentinel = SentinelSubject(
            kind: .sentinel, name: "702ce28d", address: Endpoint(host: "::1", port: 26379), primaryName: "m")
        #expect(
            event("+config-update-from", "sentinel 702ce28d ::1 26379 @ m 127.0.0.1 17101")
                == .configurationUpdated(from: sentinel))
    }

    @Test(arguments: ["", "m", "m 127.0.0.1 x 127.0.0.1 17102", "\u{1B}[2J"])
    func `what is worded otherwise is kept, escaped`(payload: String) {
        #expect(event("+switch-master", payload) == .other(channel: "+switch-master", payload: payload.printable))
        #expect(event("+sdown", payload) == .other(channel: "+sdown", payload: payload.printable))
    }

    @Test func `every case can be subscribed to`() {
        #expect(Set(SentinelEvent.channels).count == SentinelEvent.channels.count)
        #expect(SentinelEvent.channels.contains("-failover-abort-not-elected"))
    }
}
