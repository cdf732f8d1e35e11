import Diagnostics
import PlanModel
import Testing

/// Whatever is wrong in a plan, and wherever, nothing that is printed contains a secret that is written in the plan.
struct SecretDisclosureTests {
    private static let secret = "Tr0ub4dor"

    /// Lines of `source`, in which `S` stands for the secret.
    private static let written = [
        "password: S", "password: 'S'", "password: \"S\"", "password: *S", "password: &S", "password: #S",
        "password: &a S",
        "password: !!str S", "password: !S x", "password: x #S", "password: x # S is the old one", "password: S,",
        "password: S: x", "password:S", "password : S", "password S", "password = S", "password: [S]", "password: - S",
        "password: { S: x }", "password: { env: S! }", "password: { env: S x }", "password: { value: S }",
        "password: { env: X, S: y }", "password: { S: 1, S: 2 }", "password: {S}", "password: ${S}", "password: $S",
        "password: '$(cat S)'", "password: |\n    S", "password: >-\n    timeout: S", "password: >\n   a\n    S\n  b",
        "password: 'a\n    S'", "password:\n    S", "password:\n    - S", "? password\n  : S", "? [password]\n  : S",
        "pw: S", "pword: S", "pswd: S", "psk: S", "creds: S", "apikey: S", "api-key: S", "key: S", "pin: S", "x: S",
        "passphrase: S", "Passwort: S", "mot-de-passe: S", "requirepass: S", "masterauth: S", "auth: { user: S }",
        "pasword: S", "pass word: S", "passwort S: x", "login: app:S", "acl: on >S ~* +@all",
        "acl: ['on', '>S', '#S', '<S']", "users: { app: S }", "username: app:S", "username: { app: S }",
        "address: redis://:S@10.0.0.1:6379", "address: redis://app:S%40x@10.0.0.1", "address: rediss://S",
        "address: 'redis://:S%4010.0.0.1:6379'", "address: app:S@10.0.0.1:6379", "address: S@10.0.0.1",
        "url: redis://:S@10.0.0.1:6379/0", "url: https://S@10.0.0.1/", "url: https:///S", "url: 'https://h/ S'",
        "url: S",
        "Authorization: Bearer S", "X-Api-Key: S", "X-Team: [S]", "engine: redis-cli -a S",
        "engine: redis --requirepass S",
        "run: redis-cli -a S ping", "command: [redis-cli, -a, S]", "tls: redis-cli --pass S", "engine: '>S'",
        "tls: { ca: S, cert: S }", "tls: { key-password: S }", "# the password is S", "#S", "engine: redis #S",
        "x: &a S\n  password: *a", "password: &a S\n  engine: *a", "password: &a S\n  tls: *a",
        "password: &a S\n  timeout: [*a]", "x: &a { password: S }\n  tls: *a", "password: &S x\n  engine: *S",
        "password: *S\n  password: *S", "&S : x", "*S : x", "<<: { password: S }", "<<: *S",
        "password: S\n  password: S",
        "password: \u{85}S", "password: x\u{2028}  S", "password: 'S\u{202E}'", "password: \u{A0}S", "password:\u{A0}S",
        "password: S\n\tx: y", "password: 'S", "password: \"S", "password: [S", "password: { env: S",
    ]

    private static let digits = [
        "password: 123456789", "password: [123456789]", "password:\n    123456789", "pin: 123456789",
        "password: &a 123456789\n  timeout: *a", "password: { env: 123456789 }", "password: x 123456789",
        "# pin 123456789", "password: |\n    timeout: 123456789\n\tx: y",
    ]

    private static let around = [
        (before: "", after: ""), (before: "engine: rediss", after: "adress: 1"),
        (before: "engine: redis", after: "engine: x"),
        (before: "tls: { verify: false }", after: "timeout: 5"), (before: "x: [", after: ""),
        (before: "address: 10.0.0.1", after: "}"), (before: "a\u{200B}: b", after: "c: *d"),
    ]

    private func check(_ text: String, _ secret: String) {
        let file = SourceFile(path: "x", text: text)
        let diagnostics = Plan.read(file, checks: Fixture.checks, environment: [:]).diagnostics
        for printed in [
            TextRenderer().render(diagnostics), TextRenderer(width: 40).render(diagnostics),
            JSONRenderer(DiagnosticSurface()).render(diagnostics),
        ] {
            #expect(!printed.contains(secret), "\(text)\n-----\n\(printed)")
        }
    }

    private func checkEverywhere(_ written: String, _ secret: String) {
        let lines = written.replacing("S", with: secret)
        for (before, after) in Self.around {
            let own = [before, lines, after].filter { !$0.isEmpty }.map { "  " + $0 }.joined(separator: "\n")
            check("version: 1\nname: x\nsource:\n\(own)\ntarget: { }\nsteps: []\n", secret)
            check("version: 1\nname: x\nsource:\n\(own)\nsteps:\n  - x: {}\n", secret)
            let flow = [before, lines.replacing("\n  ", with: ", "), after].filter { !$0.isEmpty }
            check("version: 1\nname: x\nsource: { \(flow.joined(separator: ", ")) }\nsteps: []\n", secret)
            check("version: 1\nname: x\nsteps:\n  - users: { \(flow.joined(separator: ", ")) }\n", secret)
            let receiver = "version: 1\nname: x\nnotify:\n  - name: chat\n    webhook:"
            check("\(receiver) { \(flow.joined(separator: ", ")) }\n", secret)
            check("\(receiver)\n      url: { env: HOOK }\n      headers: { \(flow.joined(separator: ", ")) }\n", secret)
        }
    }

    @Test(arguments: written)
    func `a secret in a plan is printed by nothing that is said about the plan`(_ written: String) {
        checkEverywhere(written, Self.secret)
    }

    @Test(arguments: digits)
    func `a secret of digits is not taken for a number`(_ written: String) {
        checkEverywhere(written, "123456789")
    }

    @Test(arguments: [
        ("{ primary: sessions, password: Tr0ub4dor }", "{ primary: sessions, password: *** }"),
        ("{ primary: 'sessions' , x: y }", "{ primary: 'sessions' , ***: *** }"),
        ("{ primary: [Tr0ub4dor], x: y }", "{ primary: [***], ***: *** }"),
        ("{ primary: sessions Tr0ub4dor }", "{ primary: *** *** }"),
        ("{ primary: -a Tr0ub4dor }", "{ primary: *** *** }"),
        ("{ username: sessions }", "{ username: *** }"),
    ])
    func `the name of a primary is shown where it stands right after its key`(_ written: String, _ shown: String) {
        let text = "version: 1\nname: x\nsentinel: \(written)\nsteps: []\n"
        let file = SourceFile(path: "x", text: text)
        let printed = TextRenderer(width: 200).render(Plan.read(file, checks: Fixture.checks).diagnostics)
        #expect(printed.contains("sentinel: \(shown)"), "\(printed)")
    }

    @Test func `a variable that may be the secret itself is not named`() {
        let text = """
            version: 1
            name: x
            source: { address: 10.0.0.1:6379, engine: redis, password: { env: Tr0ub4dor } }
            target: { address: 10.0.0.2:6379, engine: redis, password: { env: NEW_PASSWORD } }
            steps: [preflight: {}]

            """
        let reading = Plan.read(SourceFile(path: "x", text: text), checks: [], environment: [:])
        #expect(reading.plan != nil)
        #expect(
            TextRenderer(width: 200).render(reading.diagnostics) == """
                x:3:67: warning[secret-environment-unset]: the environment variable that 'env' names is not set here
                  │
                3 │ source: { address: 10.0.0.1:6379, engine: redis, password: { env: *** } }
                  │                                                                   ^^^
                  = help: set it where the plan is carried out

                x:4:67: warning[secret-environment-unset]: the environment variable 'NEW_PASSWORD' is not set here
                  │
                4 │ target: { address: 10.0.0.2:6379, engine: redis, password: { env: *** } }
                  │                                                                   ^^^
                  = help: set it where the plan is carried out

                2 warnings

                """)
        let set = ["Tr0ub4dor": "x", "NEW_PASSWORD": "y"]
        #expect(Plan.read(SourceFile(path: "x", text: text), checks: [], environment: set).diagnostics == [])
        #expect(Plan.read(SourceFile(path: "x", text: text), checks: []).diagnostics == [])
    }
}
