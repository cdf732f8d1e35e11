import Operations
import PlanModel
import RESP
import RedisNIO
import Rehearsal
import TestKit
import Testing
import Values

extension LiveTests {
    /// Servers of the versions and engines that people use.
    @Suite(.otherVersions) struct VersionTests {
        /// A source and a target that can read what the source writes; `nil` is the Redis in `PATH`.
        struct Pair: Sendable, CustomTestStringConvertible {
            let source: OtherVersion?
            let target: OtherVersion?

            /// Whether the source reads what the target writes, so that it can follow it after the cutover.
            let goesBack: Bool

            init(_ source: OtherVersion?, _ target: OtherVersion?, goesBack: Bool = false) {
                (self.source, self.target, self.goesBack) = (source, target, goesBack)
            }

            var description: LabDescription {
                var description = LabDescription.quick
                description.source = .version(source)
                description.target = .version(target)
                return description
            }

            var testDescription: String {
                [source, target].map { $0?.testDescription ?? "redis7" }.joined(separator: " to ")
            }
        }

        static let pairs = [
            Pair(.redis62, nil), Pair(nil, .redis8), Pair(.redis62, .valkey8), Pair(nil, .valkey8),
            Pair(.valkey8, .valkey9, goesBack: true), Pair(nil, .valkey9), Pair(.redis62, .redis62, goesBack: true),
            Pair(.redis8, .redis8, goesBack: true),
        ]

        @Test(arguments: pairs)
        func `a migration loses no acknowledged write, nor does its way back`(pair: Pair) async throws {
            try await withLab(pair.description) { lab in
                let migration = try Migration(lab, afterCutover: nil)
                try await migration.fill()
                try await migration.underLoad(pair.testDescription) { _ in
                    let outcome = try await migration.planrun("apply", "--auto-approve")
                    #expect(outcome.exitCode == 0, "\(outcome.standardOutput + outcome.standardError)")
                }
                let primary = try await lab.send(["ROLE"], to: lab.target).array?.first?.string
                #expect(primary == "master")
                try await migration.underLoad("\(pair.testDescription) and back") { _ in
                    let back = try await migration.planrun("rollback")
                    #expect(back.exitCode == (pair.goesBack ? 0 : 4), "\(back.standardOutput + back.standardError)")
                    #expect(back.errors == (pair.goesBack ? [] : ["error[past-point-of-no-return]"]))
                }
                if pair.goesBack { try await lab.expectUntouched() }
            }
        }

        @Test(arguments: [
            Pair(.valkey9, .valkey8), Pair(.redis8, nil), Pair(.redis8, .valkey9), Pair(.valkey9, .redis8),
        ])
        func `what is built in and not used is no module to be missed`(pair: Pair) async throws {
            var description = pair.description
            description.sentinels = nil
            try await withLab(description) { lab in
                try await lab.send(["SET", "a", "1"], to: lab.source)
                let finding = try await lab.finding("modules")
                #expect(finding.passes, "\(finding.saw)")
            }
        }

        @Test func `a format that a setting of the target, or of the source, is about`() async throws {
            for (pair, command) in [
                (Pair(.redis8, .valkey9), AdvisedCommand.foreignFormat), (Pair(.valkey9, .redis8), .diskless),
            ] {
                var description = pair.description
                description.sentinels = nil
                try await withLab(description) { lab in
                    if command == .diskless {
                        try await lab.send(["CONFIG", "SET", "repl-diskless-sync", "no"], to: lab.source)
                    }
                    let refused = try await lab.finding("versions")
                    #expect(!refused.passes, "\(refused.saw)")
                    switch command {
                    case .diskless: try await lab.follow(.diskless, in: refused.remedy, at: lab.source)
                    default: try await lab.follow(.foreignFormat, in: refused.remedy, at: lab.target)
                    }
                    let mended = try await lab.finding("versions")
                    #expect(mended.passes, "\(mended.saw)")
                }
            }
        }

        @Test func `what is built in and used is missed`() async throws {
            var description = Pair(.redis8, nil).description
            description.sentinels = nil
            try await withLab(description) { lab in
                try await lab.send(["VADD", "v", "VALUES", "2", "1", "2", "e"], to: lab.source)
                let called = try await lab.finding("modules")
                #expect(
                    called.saw
                        == "the target lacks the module vectorset, which is in use: VADD (1 call), keys of type vectorset"
                )
                // The counters of commands are reset, but the keys are still there.
                try await lab.send(["CONFIG", "RESETSTAT"], to: lab.source)
                let kept = try await lab.finding("modules")
                #expect(kept.saw == "the target lacks the module vectorset, which is in use: keys of type vectorset")
                #expect(kept.wants == "the modules of the source, or no key that needs them")
                #expect(
                    kept.remedy == ["load the module on the target, or make sure that no key of its types is left"])
                let dragonfly = try await lab.finding("modules", change: { $0.shard.target.engine = .dragonfly })
                #expect(
                    dragonfly.wants == kept.wants
                        + ": before 1.40 such a key aborts the sync, since then it is left out (dragonfly#7848)")
                #expect(dragonfly.remedy == ["make sure that no key of its types is left"])
            }
        }
    }
}
