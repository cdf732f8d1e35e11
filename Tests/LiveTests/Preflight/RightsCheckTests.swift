import Operations
import PlanModel
import RESP
import Rehearsal
import TestKit
import Testing

extension LiveTests {
    @Suite struct RightsCheckTests {
        private let steps: [StepKind] = [.replicaof(ReplicaOfStep()), .failover(FailoverStep())]

        private var description: LabDescription {
            LabDescription(
                source: .init(login: .user("operator")), target: .init(login: .user("operator")),
                sentinels: .init(login: .user("operator")))
        }

        @Test(.covers("planrun-rights")) func `what planrun may not run is named, one by one`() async throws {
            try await withLab(description) { lab in
                #expect(
                    try await lab.finding("planrun-rights", steps: steps)
                        == .passed("planrun has all rights it needs on 3 servers"))
                let remove = Command(["ACL", "SETUSER", "operator", "-client|pause", "-replicaof"])
                try await lab.send(remove, to: lab.source)
                try await lab.send(["ACL", "SETUSER", "operator", "-sentinel|failover"], to: lab.sentinels[0])
                let expected = Finding.missed(
                    "planrun's user 'operator' may not run client|pause, replicaof on {source}; "
                        + "planrun's user 'operator' may not run sentinel|failover on {sentinel-1}",
                    wants: "the 20 rights it needs", at: ["source {source}", "Sentinel {sentinel-1}"],
                    remedy: [
                        "on {source}: ACL SETUSER operator +client|pause +replicaof, and save it there",
                        "on {sentinel-1}: ACL SETUSER operator +sentinel|failover, and save it there",
                    ])
                let found = try await lab.finding("planrun-rights", steps: steps)
                #expect(found == expected, "\(found)")
                // Without ACL DRYRUN the check reads the user's rules, which tell unless a rule about a category
                // decides.
                try await lab.send(["ACL", "SETUSER", "operator", "-acl|dryrun"], to: lab.source)
                #expect(
                    try await lab.finding("planrun-rights", steps: steps).remedy.first
                        == "on {source}: ACL SETUSER operator +client|pause, and save it there")
            }
        }

        @Test func `the advice for a user without rights can be typed, and is enough`() async throws {
            try await withLab(description) { lab in
                for server in [lab.source, lab.target] + lab.sentinels {
                    // The rights that the check itself needs.
                    let asking =
                        ["+acl|dryrun", "+client", "+info"]
                        + (lab.sentinels.contains { $0.name == server.name } ? ["+sentinel"] : [])
                    try await lab.send(
                        Command(["ACL", "SETUSER", "operator", "resetkeys", "resetchannels", "-@all"] + asking),
                        to: server)
                }
                let steps = steps + [.preflight(PreflightStep())]
                let remedies = try await lab.finding("planrun-rights", steps: steps).remedy
                for (server, remedy) in zip([lab.source, lab.target] + lab.sentinels, remedies) {
                    try await lab.follow(.missingRights, in: [remedy], at: server)
                }
                #expect(
                    try await lab.finding("planrun-rights", steps: steps)
                        == .passed("planrun has all rights it needs on 3 servers"))
                // A user with all keys could not be given a further pattern: the server would refuse it.
                try await lab.send(["ACL", "SETUSER", "operator", "allkeys", "allchannels", "-strlen"], to: lab.source)
                let remedy = try await lab.finding("planrun-rights", steps: steps).remedy
                #expect(remedy == ["on {source}: ACL SETUSER operator +strlen ~*, and save it there"])
            }
        }

        @Test func `a server that does not tell the rights is a warning, with the list of them`() async throws {
            try await withLab(description) { lab in
                let silence = Command(["ACL", "SETUSER", "operator", "-acl"])
                try await lab.send(silence, to: lab.source)
                #expect(
                    try await lab.finding("planrun-rights")
                        == .untold(
                            "source {source} does not tell what planrun's user 'operator' may do: "
                                + "NOPERM this user has no permissions to run the 'acl|dryrun' command",
                            at: ["source {source}"],
                            remedy: [
                                "allow planrun +acl|users +acl|getuser +acl|dryrun there, or compare by hand: "
                                    + "it needs +client|setname +info +config|get +ping +client|list +pubsub|numsub "
                                    + "+subscribe &__sentinel__:hello"
                            ]))
            }
        }

        @Test(.covers("replication-rights")) func `the target's user needs psync, replconf and ping`() async throws {
            var description = LabDescription(source: .init(login: .user("operator")), sentinels: nil)
            description.replicationUser = "replication"
            try await withLab(description) { lab in
                let follow = ReplicaOfStep(username: "replication", password: .environment("OVERWRITTEN"))
                let steps = [StepKind.replicaof(follow)]
                #expect(
                    try await lab.finding("replication-rights", steps: steps)
                        == .passed("the target's user 'replication' has the 3 rights that it needs at {source}"))
                try await lab.send(["ACL", "SETUSER", "replication", "-psync", "-ping"], to: lab.source)
                #expect(
                    try await lab.finding("replication-rights", steps: steps)
                        == .missed(
                            "the target's user 'replication' may not run psync, ping on {source}",
                            wants: "the 3 rights it needs", at: ["source {source}"],
                            remedy: ["on {source}: ACL SETUSER replication +psync +ping, and save it there"]))
            }
        }

        @Test(.covers("sentinel-rights", "sentinel-login"))
        func `the Sentinels' user has to be the same on both, with the same rights`() async throws {
            try await withLab(description) { lab in
                #expect(
                    try await lab.finding("sentinel-rights")
                        == .passed("the Sentinels' user 'rehearsal-sentinel' has its rights on both"))
                #expect(
                    try await lab.finding("sentinel-login")
                        == .passed("the target takes the user 'rehearsal-sentinel' of the Sentinels"))
                try await lab.send(
                    ["ACL", "SETUSER", "rehearsal-sentinel", "-slaveof", "-subscribe"], to: lab.target)
                #expect(
                    try await lab.finding("sentinel-rights")
                        == .missed(
                            "the Sentinels' user 'rehearsal-sentinel' may not run subscribe, slaveof on {target}",
                            wants: "the 12 rights it needs", at: ["target {target}"],
                            remedy: [
                                "on {target}: ACL SETUSER rehearsal-sentinel +subscribe +slaveof, and save it there"
                            ]))
                let remedy =
                    "make {target} accept the auth-user and auth-pass of the Sentinels: they use one pair for source and target"
                try await lab.send(["ACL", "SETUSER", "rehearsal-sentinel", "resetpass", ">other"], to: lab.target)
                #expect(
                    try await lab.finding("sentinel-login")
                        == .missed(
                            "the user 'rehearsal-sentinel', as which the Sentinels log in, has another password at target {target} than at the source",
                            wants: "the same login on source and target", at: ["target {target}"], remedy: [remedy]))
                try await lab.send(["ACL", "DELUSER", "rehearsal-sentinel"], to: lab.target)
                #expect(
                    try await lab.finding("sentinel-login")
                        == .missed(
                            "target {target} has no user 'rehearsal-sentinel', as which the Sentinels log in",
                            wants: "the same login on source and target", at: ["target {target}"], remedy: [remedy]))
                let missing = try await lab.finding("sentinel-rights")
                #expect(missing.saw == "target {target} has no user 'rehearsal-sentinel' (the Sentinels' user)")
                let password = try #require(lab.watcherLogin.password).reveal()
                try await lab.follow(
                    .newUser, in: missing.remedy, at: lab.target, filling: ["<its password>": password])
                #expect(try await lab.finding("sentinel-rights").passes)
                #expect(try await lab.finding("sentinel-login").passes)
                try await lab.send(["ACL", "DELUSER", "rehearsal-sentinel"], to: lab.target)
                let bringing: [StepKind] = [.users(UsersStep()), .replicaof(ReplicaOfStep())]
                #expect(
                    try await lab.finding("sentinel-login", steps: bringing)
                        == .passed(
                            "the plan's step 'users' brings the user 'rehearsal-sentinel' of the Sentinels to the target"
                        ))
                #expect(
                    try await lab.finding("sentinel-rights", steps: bringing)
                        == .passed(
                            "the Sentinels' user 'rehearsal-sentinel' has its rights at the source, and the plan's step 'users' brings it to the target"
                        ))
            }
        }

        @Test func `a target with a password of its own shuts the Sentinels out`() async throws {
            try await withLab { lab in
                #expect(try await lab.finding("sentinel-login") == .passed("the target asks for no password"))
                try await lab.send(["CONFIG", "SET", "requirepass", "own"], to: lab.target)
                let own = try lab.secret("own")
                #expect(
                    try await lab.finding("sentinel-login") { $0.target.access.password = own }
                        == .missed(
                            "target {target} asks for a password, and the Sentinels need none for the source",
                            wants: "the same login on source and target", at: ["target {target}"],
                            remedy: [
                                "set the target's password on the source, too, and as auth-pass on the Sentinels, or remove it from the target"
                            ]))
                try await lab.send(["CONFIG", "SET", "requirepass", "other"], to: lab.source)
                let other = try lab.secret("other")
                let missed = try await lab.finding("sentinel-login") { plan in
                    plan.source.access.password = other
                    plan.target.access.password = own
                }
                #expect(
                    missed.saw
                        == "target {target} refuses the password with which the Sentinels log in at the source")
                let same = try await lab.finding("sentinel-login") { plan in
                    plan.source.access.password = other
                    plan.target = plan.source
                }
                #expect(same == .passed("the target takes the password of the source"))
            }
        }

        @Test func `Sentinels that know the target are asked themselves`() async throws {
            var description = LabDescription(sentinels: .init(infoPeriod: .milliseconds(100)))
            description.replicaCount = 1
            try await withLab(description) { lab in
                let replica = lab.replicas[0].address
                let isSeen: @Sendable () async throws -> Bool = {
                    try await lab.finding("sentinel-login") { plan in
                        plan.target.endpoint = replica
                    }.saw == "the Sentinels are logged in at the target"
                }
                try await eventually("the Sentinel is logged in at the replica", isSeen)
                try await lab.send(["CONFIG", "SET", "requirepass", "late"], to: lab.replicas[0])
                let late = try lab.secret("late")
                await lab.replicas[0].kill()
                try await eventually("the Sentinel has lost the replica") {
                    try await lab.finding("sentinel-login") { plan in
                        plan.target.endpoint = replica
                        plan.target.access.password = late
                    }.saw == "Sentinel {sentinel-1} cannot log in at target {replica-1}, or cannot reach it"
                }
            }
        }
    }
}
