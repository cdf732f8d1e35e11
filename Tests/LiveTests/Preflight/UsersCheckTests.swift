import Operations
import PlanModel
import RESP
import Rehearsal
import TestKit
import Testing
import Values

extension LiveTests {
    /// Applications that could not log in at the target, or not do there what they do at the source.
    @Suite struct UsersCheckTests {
        private static let description = LabDescription(sentinels: nil)
        private static let app = ["ACL", "SETUSER", "app", "on", ">apppw", "~*", "&*", "+@all", "-@dangerous"]
        private static let wants = "users that can do at the target what they do at the source"

        /// A private world whose source has a client of the user `app`.
        private func withApplication(
            source: [String] = app, target: [String]?, in world: LabDescription = description,
            _ body: @Sendable (Lab) async throws -> Void
        ) async throws {
            try await withLab(world) { (lab: Lab) async throws in
                try await lab.send(Command(source), to: lab.source)
                if let target { try await lab.send(Command(target), to: lab.target) }
                let client = try RawClient(from: "127.0.0.7", to: lab.source.address.port)
                client.ask("AUTH app apppw")
                for command in ["SET app:1 1", "GET app:1", "PUBLISH news 1", "GET app:1"] { client.ask(command) }
                try await body(lab)
                client.ask("PING")
            }
        }

        private func found(_ saw: String, _ remedy: String) -> Finding {
            .missed(saw, wants: Self.wants, at: ["target {target}"], remedy: [remedy])
        }

        @Test func `users without differences are nothing to tell`() async throws {
            try await withApplication(target: Self.app) { (lab: Lab) async throws in
                #expect(try await lab.finding("users") == .passed("1 user in use, as at the source"))
                #expect(try await lab.finding("unused-users") == .passed("2 users of the source compared"))
            }
        }

        @Test func `the same rights in other words are no difference`() async throws {
            let target = [
                "ACL", "SETUSER", "app", ">other", ">apppw", "on", "allchannels", "~x", "allkeys", "-@all", "+@all",
                "-@dangerous", "+info",
            ]
            try await withApplication(target: target.filter { $0 != "~x" }) { (lab: Lab) async throws in
                #expect(try await lab.finding("users").passes)
                #expect(try await lab.finding("unused-users").passes)
            }
        }

        @Test(.covers("users")) func `a user that the target lacks, unless the plan brings it`() async throws {
            try await withApplication(target: nil) { (lab: Lab) async throws in
                #expect(
                    try await lab.finding("users")
                        == found(
                            "the user 'app' (1 connection) of the source is not known at target {target}",
                            "put '- users: {}' before 'replicaof' in the plan: it brings the user with its password and rights"
                        ))
                let steps: [StepKind] = [.users(UsersStep()), .replicaof(ReplicaOfStep())]
                #expect(try await lab.finding("users", steps: steps).passes)
            }
        }

        @Test(.otherVersions) func `a user with rules that the target does not know is made without them`() async throws
        {
            let source = ["ACL", "SETUSER", "app", "on", ">apppw", "~app:*", "%R~log:*", "&*", "+@all"]
            let world = LabDescription(target: .version(.redis62), sentinels: nil)
            try await withApplication(source: source, target: nil, in: world) { (lab: Lab) async throws in
                let steps: [StepKind] = [.users(UsersStep()), .replicaof(ReplicaOfStep())]
                let finding = try await lab.finding("users", steps: steps)
                #expect(
                    finding.remedy.first?.hasSuffix("that leaves out %R~log:*, which the target does not know") == true,
                    "\(finding)")
                try await lab.follow(
                    .missingUser, in: finding.remedy, at: lab.target, filling: ["><its password>": ">apppw"])
                let client = try RawClient(from: "127.0.0.7", to: lab.target.address.port)
                client.ask("AUTH app apppw")
                client.ask("SET app:1 1")
                let saw = try await lab.finding("users", steps: steps).saw
                #expect(saw == "the user 'app' (1 connection) may not use the keys %R~log:* at target {target}")
            }
        }

        @Test(arguments: [
            (["off"], "the user 'app' (1 connection) is off at target {target}", "on"),
            (
                ["resetpass", ">other"],
                "the user 'app' (1 connection) has another password at target {target} than at the source",
                "><the password that it has at the source>"
            ),
            (
                ["-publish", "-get"], "the user 'app' (1 connection) may not run get, publish at target {target}",
                "+get +publish"
            ),
            (
                ["resetkeys", "~other:*", "%R~app:*"],
                "the user 'app' (1 connection) may not use the keys ~* at target {target}",
                "~*"
            ),
            (["resetchannels"], "the user 'app' (1 connection) may not use the channels &* at target {target}", "&*"),
        ])
        func `a user that may do less`(_ change: [String], _ saw: String, _ rules: String) async throws {
            try await withApplication(target: Self.app + change) { (lab: Lab) async throws in
                #expect(
                    try await lab.finding("users")
                        == found(saw, "on {target}: ACL SETUSER app \(rules), and save it there"))
                try await lab.follow(
                    .changedUser, in: lab.finding("users").remedy, at: lab.target,
                    filling: ["<the password that it has at the source>": "apppw"])
                #expect(try await lab.finding("users").passes)
            }
        }

        @Test func `a selector counts, whatever stands alone`() async throws {
            let source = [
                "ACL", "SETUSER", "app", "on", ">apppw", "resetchannels", "-@all", "(~app:* +get +set)", "+publish",
                "&n*",
            ]
            try await withApplication(source: source, target: source) { (lab: Lab) async throws in
                #expect(try await lab.finding("users").passes)
                try await lab.send(
                    ["ACL", "SETUSER", "app", "clearselectors", "(~app:* +get)", "(%R~app:* +set)"], to: lab.target)
                #expect(
                    try await lab.finding("users").saw
                        == "the user 'app' (1 connection) may not use the keys ~app:* at target {target}")
            }
        }

        @Test(.covers("unused-users")) func `what nobody uses now is told as a warning`() async throws {
            try await withApplication(target: Self.app + ["-hset", ">second"]) { (lab: Lab) async throws in
                #expect(!(try await lab.finding("unused-users").passes))
                try await lab.send(["ACL", "SETUSER", "app", "+hset"], to: lab.target)
                #expect(try await lab.finding("unused-users").passes)
                try await lab.send(["ACL", "SETUSER", "app", "-hset"], to: lab.target)
                try await lab.send(["ACL", "SETUSER", "batch", "on", ">batchpw", "~*", "+@read"], to: lab.source)
                #expect(try await lab.finding("users").passes)
                #expect(
                    try await lab.finding("unused-users").saw
                        == "the user 'app' (1 connection) may not run hset at target {target}; "
                        + "the user 'batch' of the source is not known at target {target}")
                try await lab.send(["ACL", "SETUSER", "app", ">third"], to: lab.source)
                let saw = try await lab.finding("unused-users").saw
                #expect(
                    saw.hasPrefix(
                        "the user 'app' (1 connection) has 2 passwords at the source, and target {target} does not take 1 of them"
                    ))
            }
        }

        /// Stands for a worker that comes once an hour and is not connected while the preflight runs.
        @Test func `a user to whom a server has refused something lately is in use`() async throws {
            try await withLab(Self.description) { (lab: Lab) async throws in
                let batch = ["ACL", "SETUSER", "batch", "on", ">batchpw", "~*", "+@all", "-flushall"]
                try await lab.send(Command(batch), to: lab.source)
                #expect(try await lab.finding("users").passes)
                do {
                    let worker = try RawClient(from: "127.0.0.7", to: lab.source.address.port)
                    for command in ["AUTH batch batchpw", "FLUSHALL"] { worker.ask(command) }
                }
                let atSource = try await lab.finding("users")
                #expect(
                    atSource.saw.masked
                        == "the user 'batch' (in the ACL log of source {source}, #s ago) of the source is not known at target {target}"
                )
                try await lab.send(["ACL", "LOG", "RESET"], to: lab.source)
                #expect(try await lab.finding("users").passes)
                do {
                    let worker = try RawClient(from: "127.0.0.7", to: lab.target.address.port)
                    worker.ask("AUTH batch batchpw")
                    // A user that the source does not have is no concern of the plan.
                    worker.ask("AUTH nobody secret")
                }
                #expect(
                    try await lab.finding("users").saw.masked
                        == "the user 'batch' (in the ACL log of target {target}, #s ago) of the source is not known at target {target}"
                )
            }
        }

        @Test func `a password on the target alone locks out who has none`() async throws {
            try await withLab(Self.description) { (lab: Lab) async throws in
                #expect(try await lab.finding("users").passes)
                try await lab.send(["CONFIG", "SET", "requirepass", "own"], to: lab.target)
                let own = try lab.secret("own")
                let finding = try await lab.finding("users") { $0.target.access.password = own }
                #expect(finding.saw.hasPrefix("target {target} asks the user 'default'"))
                #expect(finding.saw.hasSuffix("for a password, and the source asks for none"))
                #expect(!"\(finding)".contains("own'"))
            }
        }

        @Test func `a password on the source alone locks out who sends it`() async throws {
            try await withLab(Self.description) { (lab: Lab) async throws in
                try await lab.send(["CONFIG", "SET", "requirepass", "own"], to: lab.source)
                let own = try lab.secret("own")
                let finding = try await lab.finding("users") { $0.source.access.password = own }
                #expect(
                    finding.saw.hasSuffix(
                        "and target {target} refuses one (AUTH with one argument), because it has none"))
                try await lab.send(["CONFIG", "SET", "requirepass", "own"], to: lab.target)
                let both = try await lab.finding("users") { plan in
                    plan.source.access.password = own
                    plan.target.access.password = own
                }
                #expect(both.passes)
            }
        }

        /// A user in a configuration file has all channels by default before Redis 7, and since then with this setting.
        @Test func `channels that a user has by default at the source alone`() async throws {
            var description = Self.description
            description.source.extraLines = ["acl-pubsub-default allchannels", "user app on >apppw ~* +@all"]
            description.target.extraLines = ["user app on >apppw ~* +@all"]
            try await withLab(description) { (lab: Lab) async throws in
                let client = try RawClient(from: "127.0.0.7", to: lab.source.address.port)
                client.ask("AUTH app apppw")
                client.ask("GET a")
                #expect(try await lab.finding("users").passes)
                #expect(
                    try await lab.finding("unused-users").saw
                        == "the user 'app' (1 connection) may not use the channels &* at target {target}")
                client.ask("SUBSCRIBE news")
                #expect(
                    try await lab.finding("users").saw
                        == "the user 'app' (1 connection) may not use the channels &* at target {target}")
            }
        }

        @Test func `a server that does not tell its users is a warning, once`() async throws {
            let description = LabDescription(
                source: .init(login: .user("operator")), target: .init(login: .user("operator")), sentinels: nil)
            try await withLab(description) { (lab: Lab) async throws in
                try await lab.send(["ACL", "SETUSER", "operator", "-acl|getuser"], to: lab.target)
                #expect(
                    try await lab.finding("users")
                        == .untold(
                            "target {target} does not tell its users: NOPERM this user has no permissions to run the 'acl|getuser' command",
                            at: ["target {target}"],
                            remedy: [
                                "allow planrun +acl|users +acl|getuser on {target}, or compare the users of source and target by hand"
                            ]))
                #expect(try await lab.finding("unused-users").passes)
            }
        }
    }
}
