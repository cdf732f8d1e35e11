import Operations
import PlanModel
import RESP
import Rehearsal
import TestKit
import Testing
import Values

extension LiveTests {
    /// Sentinels that the plan does not name, and what they watch.
    @Suite struct ForeignSentinelsCheckTests {
        private static let check = "foreign-sentinels"
        private static let wanted = "no Sentinels but those of the plan, and no name but its own"

        /// The finding of the check, once it misses.
        private func missed(_ lab: Lab) async throws -> Finding {
            try await eventually("the check sees them") { try await !lab.finding(Self.check).passes }
            return try await lab.finding(Self.check)
        }

        @Test(.covers("foreign-sentinels")) func `a group that watches the target as a primary of its own`()
            async throws
        {
            try await withLab { lab in
                #expect(
                    try await lab.finding(Self.check) == .passed("only the plan's Sentinels watch them, under one name")
                )
                try await lab.withOtherSentinels(2) { others in
                    try await lab.monitor(lab.target.address, as: "theirs", by: others)
                    let list = others.map(\.address.description).sorted().joined(separator: ", ")
                    try await eventually("both are heard") { try await lab.finding(Self.check).saw.contains(list) }
                    #expect(
                        try await lab.finding(Self.check)
                            == .missed(
                                "2 Sentinels (\(list)) monitor the target {target} as 'theirs', and are not in the plan",
                                wants: Self.wanted, at: ["target {target}"],
                                remedy: [
                                    "if that name is not needed any more: SENTINEL REMOVE theirs on \(list), and on every other Sentinel that monitors it; otherwise they decide who is primary there: take another server"
                                ]))
                    try await lab.follow(
                        .otherGroupAtTarget, in: lab.finding(Self.check).remedy, at: others[0], others[1])
                    try await eventually("the remedy has helped") { try await lab.finding(Self.check).passes }
                }
            }
        }

        @Test(arguments: ["theirs", "primary"])
        func `a group of which the target once was a replica`(name: String) async throws {
            let rivalry =
                name == "primary"
                ? "; that is the plan's name, too, so that each group would take over the other one's primary" : ""
            try await withLab(LabDescription(replicaCount: 1)) { lab in
                let theirs = lab.replicas[0]
                try await lab.send(["REPLICAOF", "NO", "ONE"], to: theirs)
                try await lab.send(["SENTINEL", "RESET", "primary"], to: lab.sentinels[0])
                let port = String(theirs.address.port)
                try await lab.send(Command(["REPLICAOF", theirs.address.host, port]), to: lab.target)
                try await lab.withOtherSentinels { others in
                    try await lab.monitor(theirs.address, as: name, by: others)
                    try await eventually("they know the target") {
                        let told = try await lab.ask(Command(["SENTINEL", "REPLICAS", name]), others[0])
                        return told.array?.isEmpty == false
                    }
                    try await lab.send(["REPLICAOF", "NO", "ONE"], to: lab.target)
                    let finding = try await missed(lab)
                    #expect(
                        finding.saw
                            == "the Sentinel \(others[0].address) takes the target {target} for one of the servers of '\(name)', whose primary is {replica-1}, and is not in the plan\(rivalry)"
                    )
                    #expect(finding.remedy.first?.hasPrefix("SENTINEL RESET \(name) on \(others[0].address)") == true)
                    try await lab.follow(.formerMember, in: finding.remedy, at: others[0])
                    try await eventually("the remedy has helped") { try await lab.finding(Self.check).passes }
                    let told = try await lab.ask(Command(["SENTINEL", "MASTER", name]), others[0])
                    #expect(told.array?.isEmpty == false)
                }
            }
        }

        @Test(arguments: [true, false]) func `the plan's own Sentinels under a second name`(isTarget: Bool) async throws
        {
            try await withLab { lab in
                let watched = isTarget ? lab.target : lab.source
                try await lab.monitor(watched.address, as: "alias", by: lab.sentinels)
                #expect(
                    try await missed(lab)
                        == .missed(
                            "the Sentinel {sentinel-1} monitors the \(watched.name) {\(watched.name)} as 'alias', besides the plan's name",
                            wants: Self.wanted, at: ["\(watched.name) {\(watched.name)}"],
                            remedy: [
                                isTarget
                                    ? "if that name is not needed any more: SENTINEL REMOVE alias on {sentinel-1}; otherwise they decide who is primary there: take another server"
                                    : "clients that ask for 'alias' would stay at the source: let them ask for 'primary', then SENTINEL REMOVE alias on {sentinel-1}"
                            ]))
                guard !isTarget else { return }
                try await lab.follow(.secondName, in: missed(lab).remedy, at: lab.sentinels[0])
                try await eventually("the remedy has helped") { try await lab.finding(Self.check).passes }
            }
        }

        @Test func `a Sentinel that is not heard`() async throws {
            try await withLab { lab in
                try await lab.withOtherSentinels { others in
                    try await lab.send(["SENTINEL", "DEBUG", "PUBLISH-PERIOD", "600000"], to: others[0])
                    try await lab.monitor(lab.target.address, as: "theirs", by: others)
                    let finding = try await missed(lab)
                    #expect(finding.saw.hasSuffix(" watches the target {target}, and is not in the plan"))
                    try await lab.follow(
                        .unknownWatch, in: finding.remedy, at: others[0], filling: ["<that name>": "theirs"])
                    try await eventually("the remedy has helped") { try await lab.finding(Self.check).passes }
                }
            }
        }

        @Test func `another service of the plan's own Sentinels is nobody's business`() async throws {
            try await withLab(LabDescription(replicaCount: 1)) { lab in
                let theirs = lab.replicas[0]
                try await lab.send(["REPLICAOF", "NO", "ONE"], to: theirs)
                try await lab.send(["SENTINEL", "RESET", "primary"], to: lab.sentinels[0])
                try await lab.monitor(theirs.address, as: "another", by: lab.sentinels)
                #expect(
                    try await lab.finding(Self.check) == .passed("only the plan's Sentinels watch them, under one name")
                )
                let clients = try await lab.send(["CLIENT", "LIST"], to: theirs).string ?? ""
                // The only other client is the one that asks here.
                let others = clients.split(separator: "\n").filter { !$0.contains(" name=sentinel-") }
                #expect(others.count == 1, "\(clients)")
            }
        }

        @Test func `a group that watches another replica only`() async throws {
            try await withLab(LabDescription(replicaCount: 1)) { lab in
                try await lab.withOtherSentinels { others in
                    try await lab.monitor(lab.replicas[0].address, as: "theirs", by: others)
                    #expect(
                        try await missed(lab).saw
                            == "the Sentinel \(others[0].address) monitors the replica {replica-1} as 'theirs', and is not in the plan"
                    )
                }
            }
        }

        @Test func `Sentinels whose connections have no name are heard`() async throws {
            try await withLab { lab in
                let password = Secret("quiet-password")
                try await lab.send(
                    Command([
                        "ACL", "SETUSER", "quiet", "on", ">\(password.reveal())", "~*", "&*", "+@all",
                        "-client|setname",
                    ]), to: lab.source)
                try await lab.withOtherSentinels { others in
                    try await lab.monitor(lab.source.address, as: "theirs", by: others, login: ("quiet", password))
                    #expect(
                        try await missed(lab).saw
                            == "the Sentinel \(others[0].address) monitors the source {source} as 'theirs', and is not in the plan"
                    )
                    let clients = try await lab.send(["CLIENT", "LIST"], to: lab.source).string ?? ""
                    let names = Set(clients.split(separator: " ").filter { $0.hasPrefix("name=sentinel-") })
                    #expect(names.count == 2, "\(names)")
                }
            }
        }

        @Test func `a plan without Sentinels, and a source that has some`() async throws {
            try await withLab(.pair()) { lab in
                #expect(try await lab.finding(Self.check) == .passed("no Sentinel watches source or target"))
                try await lab.withOtherSentinels { others in
                    try await lab.monitor(lab.source.address, as: "theirs", by: others)
                    #expect(
                        try await missed(lab)
                            == .missed(
                                "the Sentinel \(others[0].address) monitors the source {source} as 'theirs', and is not in the plan",
                                wants: Self.wanted, at: ["source {source}"],
                                remedy: [
                                    "write them into the plan, 'sentinel: { primary: theirs, addresses: [\(others[0].address)] }', and 'failover' without 'via: promote'; or, if nobody asks them any more: SENTINEL REMOVE theirs on each of them"
                                ]))
                    try await lab.follow(.watchedAlone, in: missed(lab).remedy, at: others[0])
                    try await eventually("the remedy has helped") { try await lab.finding(Self.check).passes }
                }
            }
        }
    }
}
