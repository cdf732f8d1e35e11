import Diagnostics
import Operations
import PlanModel
import Seeding
import Testing
import Values
import YAMLTree

@testable import PlanrunCLI

/// What `init` writes, for what could be found out about servers.
struct PlanDraftTests {
    @Test(.saysSeed, arguments: 0..<4)
    func `a generated draft is a plan in canonical form that says what was found, and rules find nothing`(
        _ part: Int
    ) throws {
        var random = SeededRandom(part)
        for _ in 0..<100 {
            let found = GeneratedDiscovery(&random).discovery
            let draft = ReviewedDraft(PlanDraft(found: found), path: "x.yaml")
            let text = draft.file.text
            #expect(draft.findings.isEmpty, "\(TextRenderer().render(draft.findings))\n\(text)")
            #expect(YAMLFormatter.format(draft.file) == text)
            let reading = Plan.read(draft.file, checks: PreflightCatalogue.declarations)
            let plan = try #require(reading.plan, "\(TextRenderer().render(reading.diagnostics))\n\(text)")
            #expect(plan.name == found.primary && plan.sentinel?.primary == found.primary)
            expect(plan.source, found.source)
            expect(plan.target, found.target)
            #expect(plan.sentinel?.endpoints == found.sentinels)
            #expect(plan.sentinel?.access == found.sentinelAccess)
            expectLimits(plan, found)
        }
    }

    private func expect(_ instance: InstanceSettings, _ member: Discovery.Member) {
        #expect(instance.endpoint == member.endpoint && instance.engine == member.engine)
        #expect(instance.access == member.access)
    }

    /// The pause is less than what makes a Sentinel take the source for down, and a copy has three times its time.
    private func expectLimits(_ plan: Plan, _ found: Discovery) {
        for step in plan.steps {
            switch step.kind {
            case .failover(let failover):
                if let downAfter = found.downAfter, downAfter > .milliseconds(1) {
                    #expect(failover.writePause < downAfter)
                }
                #expect(failover.method == (found.announcementObstacle == nil ? .fastest : .sentinel))
            case .waitForSync:
                if let time = found.copyTime, let timeout = step.timeout { #expect(timeout >= time * 3) }
            default: break
            }
        }
        #expect(plan.steps.contains { $0.kind.name == .users } == found.bringsUsers)
        #expect(plan.steps.contains { $0.kind.name == .backup })
    }

    @Test func `an address of the machine itself beside others is left for a person to judge`() {
        var found = Self.small
        found.source.endpoint = Endpoint(host: "127.0.0.1", port: 6379)
        let draft = ReviewedDraft(PlanDraft(found: found), path: "x.yaml")
        #expect(draft.findings.map(\.topic.id) == ["loopback-address"])
    }

    @Test func `a draft for a source that cannot be moved yet says so`() {
        var found = Self.small
        found.source.engine = .dragonfly
        let draft = ReviewedDraft(PlanDraft(found: found), path: "x.yaml")
        #expect(draft.findings.map(\.topic.id).contains("unsupported-source"))
    }

    @Test func `the words of a draft`() {
        let text = ReviewedDraft(PlanDraft(found: Self.small), path: "x.yaml").file.text
        #expect(text == Self.smallText)
    }

    private static var small: Discovery {
        var found = Discovery(
            primary: "sessions",
            source: Discovery.Member(
                endpoint: Endpoint(host: "10.0.0.1", port: 6379), engine: .redis, version: "7.0.15",
                access: Access(password: .environment("REDIS_PASSWORD"))),
            target: Discovery.Member(
                endpoint: Endpoint(host: "10.0.0.2", port: 6379), engine: .dragonfly, version: "1.40.1",
                access: Access(password: .environment("REDIS_PASSWORD"))),
            sentinels: [Endpoint(host: "10.0.0.3", port: 26379)])
        found.downAfter = .seconds(3)
        found.dataset = ByteCount(bytes: 300 << 30)
        found.keys = 1_000_000
        found.replicas = [Endpoint(host: "10.0.0.4", port: 6379)]
        found.announcementObstacle =
            "there is only one Sentinel, and a Sentinel can be told only in the name of another one"
        found.followingObstacle = "a redis never gets in sync with a dragonfly (no PSYNC), and keeps trying"
        found.remarks = ["the Sentinel 10.0.0.9:26379 is left out: 10.0.0.9:26379 refused the connection"]
        return found
    }

    private static let smallText = """
        # Written by 'planrun init' from what the Sentinels and the servers said. It is yours from now on: change what
        # you know better.
        #
        # Not known, or not in this plan:
        # - the Sentinel 10.0.0.9:26379 is left out: 10.0.0.9:26379 refused the connection
        version: 1
        name: sessions
        description: Move 'sessions' from redis 7.0.15 to dragonfly 1.40.1.

        # The server that is the primary now: redis 7.0.15, 1000000 keys, 300 GiB in memory.
        source:
          address: 10.0.0.1:6379
          engine: redis
          # planrun: allow password-in-clear: that is how these servers were reached when the plan was written
          password: { env: REDIS_PASSWORD }

        # The server that shall be the primary: dragonfly 1.40.1.
        target:
          address: 10.0.0.2:6379
          engine: dragonfly
          # planrun: allow password-in-clear: that is how these servers were reached when the plan was written
          # planrun: allow swapped-secrets: one password serves several of these servers
          password: { env: REDIS_PASSWORD }

        # The Sentinel that watches the source. Applications ask it where the primary is.
        # planrun: allow no-tls: that is how these servers were reached when the plan was written
        sentinel:
          primary: sessions
          # planrun: allow single-sentinel: it knows of no other
          addresses:
            - 10.0.0.3:26379

        # A step begins when the step before it has succeeded. Every step can be interrupted and resumed.
        steps:
          # Asks what could go wrong, and changes nothing.
          - preflight: {}

          # The source saves its data on its own disk.
          - backup: { timeout: 8h }

          # The target follows the source. Until the failover this is undone by detaching it again.
          - replicaof: {}

          # Waits until the target has everything and has kept up for a while.
          # Copying 300 GiB takes about 2h40m.
          - wait-for-sync: { max-lag: 64KiB, stable-for: 5s, timeout: 8h }

          # Every key is read from both servers, with its value and expiry.
          - verify: { id: data, data: full }

          # A person decides. Nothing so far has touched what applications see.
          - approval: Cut over from 10.0.0.1:6379 to 10.0.0.2:6379?

          # The point of no return. Writes wait while the target catches up; if it does not within write-pause, they go on
          # at the source, and the step is tried again.
          # A Sentinel is asked to promote the target. 'via: fastest' is not possible now: there is only one Sentinel, and
          # a Sentinel can be told only in the name of another one.
          # The other replica, 10.0.0.4:6379, cannot follow the target: a redis never gets in sync with a dragonfly (no
          # PSYNC), and keeps trying. It is detached, and takes no writes.
          # The Sentinels take a server for down after 3s.
          - failover: { via: sentinel, write-pause: 1s500ms }

          # Does every Sentinel name the target, does it take writes, and is the source out of the way?
          - verify: { id: cutover }

        rollback:
          # Before the point of no return: what was done is undone.
          on-failure: automatic
          # After it: the source can take over again without what was written since, if a person agrees.
          # planrun: allow one-way-engines: a person is told what going back gives up, and agrees first
          after-cutover: discard-writes

        """
}
