import Diagnostics
import PlanModel
import Testing

/// Whole messages, word for word.
struct MessageTests {
    private func render(_ name: String) -> String {
        let reading = Plan.load(path: "\(Fixture.folder)/invalid/\(name).yaml", checks: Fixture.checks)
        return TextRenderer().render(reading.diagnostics).replacing("\(Fixture.folder)/invalid/", with: "")
    }

    @Test func `a need that no step answers`() {
        #expect(
            render("unknown-step").hasPrefix(
                """
                unknown-step.yaml:14:26: error[unknown-step]: step 'replicaof' needs 'prefligth', which this plan does not define
                   │
                14 │   - replicaof: { needs: [prefligth] } # ***
                   │                          ^^^^^^^^^ no step has this id
                   = help: did you mean 'preflight'?

                """))
    }

    @Test func `steps that wait for each other`() {
        #expect(
            render("needs-cycle") == """
                needs-cycle.yaml:13:26: error[needs-cycle]: these steps wait for each other: preflight → verify → wait-for-sync \
                → replicaof → preflight
                   │
                13 │   - preflight: { needs: [verify] } # ***
                   │                          ^^^^^^ 'preflight' needs 'verify'
                14 │   - replicaof: {}
                   │     --------- 'replicaof' needs 'preflight', the step before it
                15 │   - wait-for-sync: {}
                   │     ------------- 'wait-for-sync' needs 'replicaof', the step before it
                16 │   - verify: {}
                   │     ------ 'verify' needs 'wait-for-sync', the step before it
                   = help: remove one of these needs

                1 error

                """)
    }

    @Test func `a password that is written in the plan`() {
        #expect(
            render("literal-secret").hasPrefix(
                """
                literal-secret.yaml:6:13: error[literal-secret]: 'password' is written in the plan
                  │
                6 │   password: *** # ***
                  │             ^^^
                  = help: name where it is instead: password: { env: REDIS_PASSWORD }, or { file: PATH }
                  = help: give the server a new password: whoever can read this file knows this one

                """))
    }

    @Test func `a failover that could begin too early`() {
        #expect(
            render("wrong-order-by-needs").contains(
                """
                error[wrong-order]: step 'failover' could begin before the target is in sync: it needs no 'wait-for-sync' step, \
                directly or through others
                   │
                16 │   - failover: { needs: [replicaof] } # ***
                   │     ^^^^^^^^
                   = help: let it need 'wait-for-sync': needs: [replicaof, wait-for-sync]

                """))
    }

    @Test func `a failover through Sentinels that nobody named`() {
        #expect(
            render("sentinel-missing") == """
                sentinel-missing.yaml:13:5: error[sentinel-missing]: 'via: sentinel' needs Sentinels, and this plan names none
                   │
                13 │   - failover: {} # ***
                   │     ^^^^^^^^
                   = help: name them: sentinel: { primary: NAME, addresses: [10.0.0.3:26379] }
                   = help: without Sentinel write: failover: { via: promote }

                1 error

                """)
    }

    @Test func `numbers without units are shown with one`() {
        let text = render("missing-unit")
        #expect(text.contains("error[missing-unit]: 'write-pause: 2' lacks a unit"))
        #expect(text.contains("= help: write 2s, or another unit: ms, s, m and h\n"))
        #expect(
            text.contains(
                "= help: write 65536B for bytes, which is 64KiB, or another unit: KiB, MiB, GiB (1024), KB, MB, GB (1000)\n"
            ))
        #expect(text.contains("= help: write 30%\n"))
        #expect(text.hasSuffix("5 errors\n"))
    }

    @Test func `a typo of a missing key is one mistake`() {
        #expect(
            render("missing-key-typo-is-one-mistake") == """
                missing-key-typo-is-one-mistake.yaml:11:3: error[unknown-key]: 'sentinel' has no key 'adresses'
                   │
                11 │   adresses: [***] # ***
                   │   ^^^^^^^^
                   = help: did you mean 'addresses'?

                1 error

                """)
    }

    @Test func `a step kind that is nearly right`() {
        let text = render("unknown-step-kind")
        for (written, meant) in [
            ("wait_for_sync", "wait-for-sync"), ("replicaOf", "replicaof"), ("fail-over", "failover"),
        ] {
            #expect(text.contains("there is no step kind '\(written)'"))
            #expect(text.contains("= help: did you mean '\(meant)'?"))
        }
    }

    @Test func `an engine that is nearly right`() {
        #expect(
            render("unknown-value").hasPrefix(
                """
                unknown-value.yaml:5:11: error[unknown-value]: 'engine' must be redis, valkey or dragonfly, found 'rediss'
                  │
                5 │   engine: rediss # ***
                  │           ^^^^^^
                  = help: did you mean 'redis'?

                """))
    }

    @Test func `a way back that the engines rule out`() {
        #expect(
            render("contradicting-settings-keep") == """
                contradicting-settings-keep.yaml:19:18: error[contradicting-settings]: 'after-cutover: keep' is not possible: a redis cannot follow a dragonfly
                   │
                19 │   after-cutover: keep # ***
                   │                  ^^^^
                   = help: leave it out: then there is no way back after the cutover
                   = help: or write 'discard-writes', which gives up what was written since the cutover

                1 error

                """)
    }

    @Test func `a key of a step that stands at the top says where it belongs`() {
        #expect(
            render("unknown-key-of-failover") == """
                unknown-key-of-failover.yaml:12:1: error[unknown-key]: this plan has no key 'replicas'
                   │
                12 │ replicas: { after-cutover: follow } # ***
                   │ ^^^^^^^^
                   = help: it belongs to 'failover', beside 'via'

                1 error

                """)
        #expect(
            render("contradicting-settings") == """
                contradicting-settings.yaml:16:41: error[contradicting-settings]: 'resting: follow' contradicts 'via: shutdown'
                   │
                16 │   - failover: { via: shutdown, resting: follow } # ***
                   │                                         ^^^^^^
                   = help: leave 'resting' out: a source that was shut down stays so

                1 error

                """)
    }

    @Test(arguments: [
        ("invalid-address-of-sentinel", "= help: write 10.0.0.3:26379, or another port"),
        ("wrong-order-sync-after-failover", "= help: put '- wait-for-sync' before it"),
        ("wrong-order-sync-after-failover", "- comes after it"),
        ("wrong-order-second-sync", "step 'again' comes after 'failover', which makes the target the primary"),
        ("repeated-step-kind", "= help: remove one of them"),
        ("yaml-syntax-missing-blank", ":5:10: error[yaml-syntax]: a blank is missing after this ':'"),
        ("yaml-syntax-missing-blank-first", ":4:10: error[yaml-syntax]: a blank is missing after this ':'"),
        ("unknown-key-missing-blank", ":3:11: error[unknown-key]: a blank is missing after 'address:'"),
        ("wrong-type-missing-blank", "= help: write '- preflight: {}'"),
        ("unknown-step-kind-missing-blank", "a blank is missing after 'verify:'"),
        ("yaml-syntax-comma", ":13:18: error[yaml-syntax]: a ',' cannot stand here"),
        ("invalid-value-comma", ":4:25: error[invalid-value]: the ',' at the end is taken for a part of 'address'"),
        (
            "literal-secret-variable",
            "error[literal-secret]: 'password' is a text: planrun replaces no variables in a plan"
        ),
        ("literal-secret-variable", "= help: name the variable instead: password: { env: REDIS_PASSWORD }"),
        ("literal-secret-variable", "= help: planrun replaces no variables in a plan: write the address out"),
        ("yaml-syntax-variable", "error[yaml-syntax]: planrun replaces no variables in a plan"),
        ("literal-secret-shared", "'timeout' takes its value from where a password is written"),
        ("hidden-character-no-break", "the character U+00A0 looks like a blank and is none"),
        ("hidden-character-no-break", "11 │  \\u{a0}addresses: [***] # ***\n   │  ^^^^^^"),
        ("hidden-character-ends-line", ":18:26: error[hidden-character]: the character U+0085 ends a line where most"),
        ("hidden-character-ends-line", "18 │   on-failure: automatic #\n"),
        ("hidden-character", "error[hidden-character]: 'name' holds U+200B, which cannot be seen"),
        ("hidden-character", "6 │   engine: redis\\u{200b} # ***"),
        ("hidden-character", "the direction in which text is shown is turned in these quotes, and not turned back"),
    ])
    func `a mistake that is often made is told at its place, with what to write`(_ name: String, _ text: String) {
        #expect(render(name).contains(text), "\n\(render(name))")
    }

    @Test(arguments: [("64kb", "64KiB", "64KB"), ("10mb", "10MiB", "10MB")])
    func `a size as Redis writes it is read as Redis does`(_ written: String, _ binary: String, _ decimal: String) {
        let text = "version: 1\nsteps: [wait-for-sync: { max-lag: \(written) }]\n"
        let help = Plan.read(SourceFile(path: "x", text: text), checks: []).diagnostics.flatMap(\.help)
        #expect(
            help.contains(
                "write \(binary) for what Redis means by \(written.suffix(2)) (units of 1024), or \(decimal) for units of 1000"
            ))
    }

    @Test func `secrets in files that are no YAML are not shown either`() {
        func render(_ text: String) -> String {
            TextRenderer().render(Plan.read(SourceFile(path: "x", text: text), checks: []).diagnostics)
        }
        #expect(!render("source:\n  password: hunter2: x\n").contains("hunter2"))
        #expect(!render("source: { address: a, password: hunter2\n").contains("hunter2"))
        #expect(!render("source:\n  password: |\n    hunter2\n\t  hunter2\n").contains("hunter2"))
        #expect(!render("requirepass: 'hunter2\n").contains("hunter2"))
        #expect(!render("source:\n  engine: redis\n  password:hunter2\n").contains("hunter2"))
        #expect(!render("source:\n  password: >\nhunter2\n").contains("hunter2"))
        #expect(!render("source: { password|\n: hunter2 }\n").contains("hunter2"))
        #expect(!render("address: redis://:hunter2@h:1\n\tb\n").contains("hunter2"))
        #expect(render("source:\n  password: hunter2: x\n").contains("2 │   password: ***"))
    }

    @Test(arguments: [
        "password:hunter2", "password hunter2", "password: , 'password:hunter2'", "pasword: hunter2",
        "auth-pass: [hunter2]",
        "password: { hunter2: x }", "password: { env: hunter2 }, password: hunter2", "password: !!str hunter2",
        "? [password]\n  : hunter2",
    ])
    func `secrets are not shown, whatever is wrong around them`(_ written: String) {
        let text = "version: 1\nname: x\nsource: { address: a:1, engine: redis, \(written) }\nsteps: []\n"
        let diagnostics = Plan.read(SourceFile(path: "x", text: text), checks: []).diagnostics
        #expect(!diagnostics.isEmpty)
        #expect(!TextRenderer().render(diagnostics).contains("hunter2"), "\(TextRenderer().render(diagnostics))")
        #expect(!diagnostics.contains { "\($0.record)".contains("hunter2") })
    }

    @Test func `secrets in addresses are not shown`() {
        let text =
            "version: 1\nname: x\nsource: { address: 'redis://:hunter2@10.0.0.1:6379', engine: redis }\nsteps: []\n"
        let diagnostics = Plan.read(SourceFile(path: "x", text: text), checks: []).diagnostics
        #expect(diagnostics.contains { $0.code == .invalidAddress })
        #expect(!TextRenderer().render(diagnostics).contains("hunter2"))
    }
}
