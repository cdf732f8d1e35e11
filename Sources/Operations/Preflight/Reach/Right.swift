import PlanModel

/// One thing that a user must be allowed to do at a server.
struct Right: Sendable, Hashable {
    /// As `ACL SETUSER` takes it: `+client|pause`.
    let rule: String
    /// A call that needs it, for `ACL DRYRUN`, which checks it and does not run it.
    let call: [String]

    init(_ rule: String, _ call: String...) {
        self.init(rule, call: call)
    }

    private init(_ rule: String, call: [String]) {
        self.rule = rule
        self.call = call
    }

    /// `client|pause`
    var command: String { String(rule.prefix { $0 != " " }.dropFirst()) }
}

extension Right {
    /// What the steps of a plan do at one of its servers.
    static func planrun(at part: Server.Part, _ plan: Plan) -> [Right] {
        switch part {
        case .source: atSource(plan)
        case .target: atTarget(plan)
        case .replica: []
        case .sentinel: atSentinel(plan)
        }
    }

    /// A replica at its primary.
    static let replication = [
        Right("+psync", "PSYNC", "?", "-1"), Right("+replconf", "REPLCONF", "listening-port", "1"),
        Right("+ping", "PING"),
    ]

    /// A Sentinel at an instance that it watches; the list of Redis' documentation of Sentinel.
    static let sentinelAtInstance = [
        Right("+ping", "PING"), Right("+info", "INFO"), Right("+role", "ROLE"),
        Right("+subscribe &__sentinel__:hello", "SUBSCRIBE", "__sentinel__:hello"),
        Right("+publish &__sentinel__:hello", "PUBLISH", "__sentinel__:hello", "planrun"),
        Right("+multi", "MULTI"), Right("+exec", "EXEC"), Right("+slaveof", "SLAVEOF", "NO", "ONE"),
        Right("+config|rewrite", "CONFIG", "REWRITE"), Right("+client|setname", "CLIENT", "SETNAME", "planrun"),
        Right("+client|kill", "CLIENT", "KILL", "TYPE", "normal"), Right("+script|kill", "SCRIPT", "KILL"),
    ]

    private static let reading = [
        Right("+info", "INFO"), Right("+role", "ROLE"), Right("+config|get", "CONFIG", "GET", "port"),
        Right("+client|list", "CLIENT", "LIST"), Right("+client|setname", "CLIENT", "SETNAME", "planrun"),
        Right("+client|info", "CLIENT", "INFO"), Right("+command", "COMMAND"), Right("+ping", "PING"),
    ]

    /// What some checks ask beyond that. A check that the plan turns off needs no rights.
    private static func checking(at part: Server.Part, _ plan: Plan) -> [Right] {
        let sampling = [
            Right("+select", "SELECT", "0"), Right("+randomkey", "RANDOMKEY"),
            Right("+memory|usage", "MEMORY", "USAGE", "planrun:verify:0"),
            Right("+strlen", "STRLEN", "planrun:verify:0"),
        ]
        let listing = [("functions", "function|list"), ("modules", "module|list")].filter { plan.asks($0.0) }.map {
            Right("+\($0.1)", call: $0.1.uppercased().split(separator: "|").map(String.init))
        }
        let samples = part == .source && (plan.asks("big-keys") || plan.asks("string-length"))
        return (samples ? sampling : []) + listing
    }

    private static let following = [
        Right("+config|set", "CONFIG", "SET", "replica-priority", "100"),
        Right("+replicaof", "REPLICAOF", "NO", "ONE"),
    ]

    private static let bringingUsers = [
        Right("+acl|setuser", "ACL", "SETUSER", "planrun"), Right("+acl|deluser", "ACL", "DELUSER", "planrun"),
        Right("+acl|save", "ACL", "SAVE"), Right("+config|rewrite", "CONFIG", "REWRITE"),
    ]

    private static func atSource(_ plan: Plan) -> [Right] {
        let saving = plan.kinds.contains(.backup) ? [Right("+bgsave", "BGSAVE"), Right("+time", "TIME")] : []
        let reading = reading + checking(at: .source, plan)
        guard let failover = plan.failover else { return reading + saving }
        let fencing = [
            Right("+client|pause", "CLIENT", "PAUSE", "1", "WRITE"), Right("+client|unpause", "CLIENT", "UNPAUSE"),
            Right("+client|kill", "CLIENT", "KILL", "TYPE", "normal"), Right("+multi", "MULTI"), Right("+exec", "EXEC"),
            Right("+config|rewrite", "CONFIG", "REWRITE"),
        ]
        let ending = failover.method == .shutdown ? [Right("+shutdown", "SHUTDOWN")] : []
        return reading + saving + following + fencing + ending
    }

    private static func atTarget(_ plan: Plan) -> [Right] {
        let emptying = [Right("+flushall", "FLUSHALL")] + (plan.kinds.contains(.users) ? bringingUsers : [])
        let reading = reading + checking(at: .target, plan)
        guard plan.failover != nil else { return reading + following + emptying }
        let key = "planrun:verify:0"
        let writing = [
            Right("+set ~planrun:verify:*", "SET", key, "planrun"), Right("+get ~planrun:verify:*", "GET", key),
            Right("+del ~planrun:verify:*", "DEL", key),
        ]
        return reading + following + emptying + writing
    }

    private static func atSentinel(_ plan: Plan) -> [Right] {
        let name = plan.sentinel?.primary ?? ""
        let reading = [
            Right("+info", "INFO"), Right("+client|list", "CLIENT", "LIST"),
            Right("+client|setname", "CLIENT", "SETNAME", "planrun"), Right("+ping", "PING"),
            Right("+sentinel|get-master-addr-by-name", "SENTINEL", "GET-MASTER-ADDR-BY-NAME", name),
            Right("+sentinel|master", "SENTINEL", "MASTER", name),
            Right("+sentinel|replicas", "SENTINEL", "REPLICAS", name),
            Right("+sentinel|sentinels", "SENTINEL", "SENTINELS", name),
            Right("+sentinel|config", "SENTINEL", "CONFIG", "GET", "resolve-hostnames"),
            Right("+sentinel|ckquorum", "SENTINEL", "CKQUORUM", name), Right("+sentinel|myid", "SENTINEL", "MYID"),
            Right("+sentinel|reset", "SENTINEL", "RESET", name),
        ]
        let monitoring =
            plan.kinds.contains(.monitor)
            ? [
                Right("+sentinel|monitor", "SENTINEL", "MONITOR", name, "127.0.0.1", "6379", "1"),
                Right("+sentinel|set", "SENTINEL", "SET", name, "quorum", "1"),
                Right("+sentinel|remove", "SENTINEL", "REMOVE", name),
            ] : []
        let failing = plan.failover == nil ? [] : [Right("+sentinel|failover", "SENTINEL", "FAILOVER", name)]
        let telling =
            [.announce, .fastest].contains(plan.failover?.method)
            ? [Right("+publish &__sentinel__:hello", "PUBLISH", "__sentinel__:hello", "planrun")] : []
        return reading + monitoring + failing + telling
    }
}

extension Plan {
    fileprivate var kinds: Set<StepKind.Name> { Set(steps.map(\.kind.name)) }

    /// Whether a preflight of the plan asks this question.
    fileprivate func asks(_ check: String) -> Bool {
        steps.contains { step in
            guard case .preflight(let preflight) = step.kind else { return false }
            return preflight.settings[check]?.severity != .off
        }
    }
}
