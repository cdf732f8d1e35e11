import FoundationEssentials
import Glibc
import PlanModel
import Testing

struct SecretReferenceTests {
    private func withFolder(_ body: (String) throws -> Void) throws {
        let folder = FileManager.default.temporaryDirectory.path + "/planrun-secrets-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try body(folder)
    }

    private func error(
        _ reference: SecretReference, _ planPath: String = "plan.yaml", _ environment: [String: String] = [:]
    )
        -> SecretError?
    {
        do throws(SecretError) {
            _ = try reference.read(planPath: planPath, environment: environment)
            return nil
        } catch {
            return error
        }
    }

    @Test func `a variable is read from the environment that is given`() throws {
        let reference = SecretReference.environment("REDIS_PASSWORD")
        #expect(try reference.read(planPath: "plan.yaml", environment: ["REDIS_PASSWORD": " p w\n"]) == " p w\n")
        #expect(error(reference)?.message == "the environment variable 'REDIS_PASSWORD' is not set")
        #expect(error(reference, "plan.yaml", ["REDIS_PASSWORD": ""])?.code == .environmentEmpty)
    }

    @Test(arguments: [
        ("secret", "secret"), ("secret\n", "secret"), ("secret\r\n", "secret"), ("a\nb\n\n", "a\nb\n"), (" s ", " s "),
    ])
    func `one line break at the end of a file is dropped, nothing else`(_ content: String, _ expected: String) throws {
        try withFolder { folder in
            try Data(content.utf8).write(to: URL(filePath: "\(folder)/password"))
            let value = try SecretReference.file("password").read(planPath: "\(folder)/plan.yaml", environment: [:])
            #expect(value == expected)
        }
    }

    @Test func `whoever must not wait for a secret does not wait for a pipe`() throws {
        try withFolder { folder in
            #expect(mkfifo("\(folder)/pipe", 0o600) == 0)
            try Data("secret".utf8).write(to: URL(filePath: "\(folder)/file"))
            func read(_ reference: SecretReference) throws -> String {
                try reference.readAtOnce(planPath: "\(folder)/plan.yaml", environment: ["NAME": "value"])
            }
            let refusal = #expect(throws: SecretError.self) { try read(.file("pipe")) }
            #expect(
                refusal?.message
                    == "the secret file '\(folder)/pipe' cannot be used: this is no regular file")
            #expect(try read(.file("file")) == "secret")
            #expect(try read(.environment("NAME")) == "value")
        }
    }

    @Test func `a file that cannot be used says why, without what is in it`() throws {
        try withFolder { folder in
            try Data("\n".utf8).write(to: URL(filePath: "\(folder)/empty"))
            try Data([0x68, 0xFF]).write(to: URL(filePath: "\(folder)/bytes"))
            try Data(repeating: 0x68, count: 1 << 20).write(to: URL(filePath: "\(folder)/large"))
            func code(_ name: String) -> SecretError.Code? { error(.file(name), "\(folder)/plan.yaml")?.code }
            #expect(code("empty") == .fileEmpty)
            #expect(code("bytes") == .notText)
            #expect(code("missing") == .fileMissing)
            #expect(code(".") == .fileUnreadable)
            #expect(code("large") == .fileUnreadable)
            let missing = error(.file("missing"), "\(folder)/plan.yaml")
            #expect(missing?.message == "the secret file '\(folder)/missing' cannot be used: there is no such file")
            #expect(missing?.help == "relative paths go from the folder of the plan")
        }
    }

    @Test(arguments: [
        ("plans/prod.yaml", "ca.pem", "plans/ca.pem"), ("prod.yaml", "ca.pem", "ca.pem"),
        ("/p/x.yaml", "../c", "/p/../c"),
        ("plans/prod.yaml", "/etc/ca.pem", "/etc/ca.pem"),
    ])
    func `paths go from the folder of the plan`(_ planPath: String, _ path: String, _ resolved: String) {
        #expect(PlanPath.resolve(path, planPath: planPath) == resolved)
    }
}
