import Foundation
import RESP
import TestKit
import Testing
import Values

@testable import PlanrunCLI

struct InitTests {
    private static let arguments = [
        "init", "--sentinel", "10.0.0.3:5000", "--primary", "main", "--target", "10.0.0.2:6380",
    ]

    @Test func `a plan is written once, and validates, lints and is formatted`() async throws {
        let desk = try Desk()
        let console = Console(servers: Migration().servers)
        let path = desk.path("new.yaml")
        let first = await console.run(Self.arguments + ["--out", path])
        #expect(first.status == .success, "\(first)")
        #expect(first.output == "\(path): written\n")
        #expect(first.messages.contains("planrun check \(path)"))
        for verb in ["validate", "lint"] {
            let read = await console.run(verb, path)
            #expect(read.status == .success && read.messages.isEmpty, "\(read)")
        }
        #expect(await console.run("fmt", "--check", path).status == .success)
        let bytes = desk.bytes("new.yaml")
        let second = await console.run(Self.arguments + ["--out", path])
        #expect(second.status == .failure)
        #expect(desk.without(second.messages).hasPrefix("error[file-exists]: 'new.yaml' exists\n"))
        #expect(desk.bytes("new.yaml") == bytes)
    }

    @Test func `without a file the plan is the output, and nothing else is`() async throws {
        let printed = await Console(servers: Migration().servers).run(Self.arguments)
        #expect(printed.status == .success)
        #expect(printed.output.hasPrefix("# Written by 'planrun init'"))
        #expect(printed.output.contains("  address: 10.0.0.1:6379\n  engine: redis\n"))
    }

    @Test func `a server that does not answer is named, and what it is has to be said`() async throws {
        let servers = Migration().servers
        await servers[1].fails(.connectionRefused)
        let console = Console(servers: servers)
        let refused = await console.run(Self.arguments)
        #expect(refused.status == .failure && refused.output.isEmpty)
        #expect(refused.messages.contains("error[connection-refused]"))
        #expect(refused.messages.contains("--target-engine"))
        let written = await console.run(Self.arguments + ["--target-engine", "dragonfly"])
        #expect(written.status == .success)
        #expect(written.output.contains("# - the target 10.0.0.2:6380 could not be asked"))
        #expect(written.messages.contains("note: the target 10.0.0.2:6380 could not be asked"))
        #expect(written.output.contains("  engine: dragonfly\n"))
    }

    @Test func `a Sentinel that monitors no such primary is told`() async throws {
        let sentinel = FakeServer(Endpoint(host: "10.0.0.3", port: 5000)) { command in
            command.words.first == "SENTINEL" ? .error(RESPError(message: "ERR No such master with that name")) : .null
        }
        let printed = await Console(servers: [sentinel]).run(Self.arguments)
        #expect(printed.status == .failure && printed.output.isEmpty)
        #expect(
            printed.messages.hasPrefix("error[not-monitored]: the Sentinel 10.0.0.3:5000 monitors no 'main'\n"),
            "\(printed.messages)")
    }

    @Test func `a Sentinel that does not answer is named`() async throws {
        let printed = await Console(servers: []).run(Self.arguments)
        #expect(printed.status == .failure && printed.output.isEmpty)
        #expect(printed.messages.contains("10.0.0.3:5000"), "\(printed.messages)")
        #expect(printed.messages.contains("no plan was written"))
    }

    @Test(arguments: ["10.0.0.3", "10.0.0.3:99999", "redis://10.0.0.3:5000"])
    func `an address that is none is told what to write instead`(address: String) async throws {
        let printed = await Console(servers: []).run(Self.arguments.map { $0 == "10.0.0.3:5000" ? address : $0 })
        #expect(printed.status == .invalid)
        #expect(printed.messages.contains("it has to be host:port, with a port from 1 to 65535"), "\(printed.messages)")
    }

    @Test func `a primary at an address that is none is refused`() async throws {
        let migration = Migration(.init(primaryHost: "10.0.0.1\n  engine: redis"))
        let printed = await Console(servers: migration.servers).run(Self.arguments)
        #expect(printed.status == .failure && printed.output.isEmpty)
        #expect(printed.messages.contains("which no plan can name"))
    }

    @Test(arguments: ["my primary", "a\"b", "a\nsteps:", "", "a,b", "*"])
    func `a name that no plan can hold is refused before anybody is asked`(name: String) async throws {
        let printed = await Console().run([
            "init", "--sentinel", "10.0.0.3:5000", "--primary", name, "--target", "10.0.0.2:6380",
        ])
        #expect(printed.status == .invalid)
        #expect(printed.messages.contains("a plan cannot name a primary"))
    }

    @Test func `a password in the place of its variable's name is refused and not repeated`() async throws {
        let printed = await Console().run(Self.arguments + ["--password-env", "s3cret-word!"])
        #expect(printed.status == .invalid)
        #expect(!printed.messages.contains("s3cret"))
        #expect(printed.messages.contains("not the password itself"))
    }

    @Test func `a variable that is not set is told`() async throws {
        let printed = await Console(servers: Migration().servers).run(Self.arguments + ["--password-env", "UNSET"])
        #expect(printed.status == .invalid && printed.output.isEmpty)
        #expect(printed.messages.hasPrefix("error[secret-environment-unset]"))
    }

    @Test(arguments: [
        ("ca.pem", "plan.yaml", "ca.pem"), ("ca.pem", "plans/prod.yaml", "../ca.pem"),
        ("plans/ca.pem", "plans/prod.yaml", "ca.pem"), ("../ca.pem", "plans/prod.yaml", "../../ca.pem"),
        ("/etc/ca.pem", "plans/prod.yaml", "/etc/ca.pem"), ("ca.pem", "/home/me/work/plans/p.yaml", "../ca.pem"),
        ("ca.pem", "/srv/p.yaml", "../home/me/work/ca.pem"),
    ])
    func `a path of the working folder is written as the plan's folder needs it`(
        path: String, plan: String, written: String
    ) {
        #expect(path.moved(toFolderOf: plan, from: "/home/me/work") == written)
    }
}
