import Operations
import PlanModel
import RESP
import Rehearsal
import TestKit
import Testing
import Values

extension LiveTests {
    @Suite struct AddressCheckTests {
        @Test(.covers("target-address")) func `what the target announces has to be its address in the plan`()
            async throws
        {
            try await withLab { lab in
                let port = lab.target.address.port
                #expect(
                    try await lab.finding("target-address")
                        == .passed("the source and the Sentinels will see the target at {target}"))
                try await lab.send(["CONFIG", "SET", "replica-announce-port", "7"], to: lab.target)
                #expect(
                    try await lab.finding("target-address")
                        == .missed(
                            "target {target} will be known to the source and the Sentinels as 127.0.0.1:7",
                            wants: "{target}, as in the plan", at: ["target {target}"],
                            remedy: [
                                "on {target}: CONFIG SET replica-announce-port \(port); "
                                    + "or name 127.0.0.1:7 as the target in the plan, if that is where others reach it"
                            ]))
                try await lab.follow(.announcedPort, in: lab.finding("target-address").remedy, at: lab.target)
                #expect(try await lab.finding("target-address").passes)
                try await lab.send(
                    all: [
                        ["CONFIG", "SET", "replica-announce-port", "0"],
                        ["CONFIG", "SET", "replica-announce-ip", "172.17.0.2"],
                        ["CONFIG", "SET", "replica-announced", "no"],
                    ], to: lab.target)
                #expect(
                    try await lab.finding("target-address")
                        == .missed(
                            "target {target} will be known to the source and the Sentinels as 172.17.0.2:\(port); "
                                + "target {target} is hidden from the Sentinels (replica-announced no)",
                            wants: "{target}, as in the plan", at: ["target {target}"],
                            remedy: [
                                "on {target}: CONFIG SET replica-announce-port \(port) and CONFIG SET replica-announce-ip 127.0.0.1; "
                                    + "or name 172.17.0.2:\(port) as the target in the plan, if that is where others reach it",
                                "CONFIG SET replica-announced yes on {target}",
                            ]))
                let advice = try await lab.finding("target-address").remedy
                try await lab.follow(.announcedAddress, in: advice, at: lab.target)
                try await lab.follow(.hiddenTarget, in: advice, at: lab.target)
                #expect(
                    try await lab.finding("target-address")
                        == .passed("the source and the Sentinels will see the target at {target}"))
            }
        }

        @Test(.covers("host-names")) func `a name that the Sentinels do not resolve is no address`() async throws {
            try await withLab { lab in
                try await lab.send(["CONFIG", "SET", "replica-announce-ip", "localhost"], to: lab.target)
                #expect(
                    try await lab.finding("target-address")
                        == .missed(
                            "target {target} announces itself by the name 'localhost', which Sentinel {sentinel-1} does not resolve",
                            wants: "an IP address, or resolve-hostnames yes", at: ["Sentinel {sentinel-1}"],
                            remedy: [
                                "CONFIG SET replica-announce-ip <its IP address> on {target}, or, on each Sentinel: SENTINEL CONFIG SET resolve-hostnames yes"
                            ]))
                let advice = try await lab.finding("target-address").remedy
                try await lab.follow(.unresolvedName, in: advice, at: lab.sentinels[0])
                #expect(try await lab.finding("target-address").passes)
                try await lab.send(["SENTINEL", "CONFIG", "SET", "resolve-hostnames", "no"], to: lab.sentinels[0])
                try await lab.follow(
                    .announcedName, in: advice, at: lab.target, filling: ["<its IP address>": "127.0.0.1"])
                #expect(try await lab.finding("target-address").passes)
                let named: @Sendable (inout Plan) -> Void = { plan in
                    plan.source.endpoint = Endpoint(host: "localhost", port: plan.source.endpoint.port)
                }
                #expect(
                    try await lab.finding("host-names", change: named)
                        == .missed(
                            "Sentinel {sentinel-1} does not resolve host names, and the plan names 'localhost'",
                            wants: "resolve-hostnames yes", at: ["Sentinel {sentinel-1}"],
                            remedy: [
                                "name IP addresses in the plan, or, on each Sentinel: SENTINEL CONFIG SET resolve-hostnames yes"
                            ]))
                try await lab.follow(
                    .hostNames, in: lab.finding("host-names", change: named).remedy, at: lab.sentinels[0])
                #expect(
                    try await lab.finding("host-names", change: named) == .passed("the Sentinels resolve 'localhost'"))
                #expect(try await lab.finding("target-address").passes)
            }
        }

        @Test func `an address of this machine only is none for the others`() async throws {
            try await withLab(LabDescription(sentinels: nil)) { lab in
                let missed = try await lab.finding(
                    "target-address", hosts: ["localhost": "10.0.0.5"]
                ) { plan in
                    plan.source.endpoint = Endpoint(host: "localhost", port: plan.source.endpoint.port)
                }
                let port = lab.source.address.port
                #expect(
                    missed
                        == .missed(
                            "target {target} is an address of this machine only, and source localhost:\(port) is on another one",
                            wants: "an address that all servers reach", at: ["target {target}"],
                            remedy: [
                                "give the target in the plan the address under which the others reach it"
                            ]))
            }
        }

        @Test(.covers("target-nat")) func `a target that is reached elsewhere than it listens`() async throws {
            try await withLab(LabDescription(sentinels: nil)) { lab in
                #expect(try await lab.finding("target-nat") == .passed("planrun's connections arrive at {target}"))
                let named: @Sendable (inout Plan) -> Void = { plan in
                    plan.target.endpoint = Endpoint(host: "localhost", port: plan.target.endpoint.port)
                }
                let behind = ["localhost": "10.0.0.5"]
                let port = lab.target.address.port
                #expect(
                    try await lab.finding("target-nat", hosts: behind, change: named)
                        == .missed(
                            "planrun's connections arrive at 127.0.0.1 on target localhost:\(port), which is not its address in the plan",
                            wants: "a target that listens at its address in the plan", at: ["target localhost:\(port)"],
                            remedy: [
                                "if the source and the Sentinels reach it at localhost only: CONFIG SET replica-announce-ip localhost on the target"
                            ]))
                try await lab.follow(
                    .behindNAT, in: lab.finding("target-nat", hosts: behind, change: named).remedy, at: lab.target)
                #expect(
                    try await lab.finding("target-nat", hosts: behind, change: named)
                        == .passed("localhost:\(port) announces an address of its own"))
            }
        }
    }
}
