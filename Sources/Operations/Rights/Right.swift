import RedisTopology

/// One thing that a user must be allowed to do at a server.
package struct Right: Sendable, Hashable {
    /// The rule in the syntax of `ACL SETUSER`: `+client|pause`. If the command uses keys or channels, with their
    /// pattern: `+get ~planrun:*`.
    package let rule: String
    /// A call that needs the right. `ACL DRYRUN` checks this call without running it.
    let call: [String]

    init(_ rule: String, _ call: String...) {
        self.rule = rule
        self.call = call
    }

    /// `client|pause`
    package var command: String { String(rule.prefix { $0 != " " }.dropFirst()) }
}

/// Every command that planrun sends, once each. Code that sends a command lists it in the `rights` next to it, by these
/// names.
extension Right {
    static let ping = Right("+ping", "PING")
    static let info = Right("+info", "INFO")
    static let role = Right("+role", "ROLE")
    static let time = Right("+time", "TIME")
    /// Covers all subcommands: ACL has one right for `COMMAND` and `COMMAND INFO`.
    static let commandTable = Right("+command", "COMMAND")
    static let functionList = Right("+function|list", "FUNCTION", "LIST")
    static let moduleList = Right("+module|list", "MODULE", "LIST")

    static let configGet = Right("+config|get", "CONFIG", "GET", "port")
    static let configSet = Right("+config|set", "CONFIG", "SET", "replica-priority", "100")
    static let configRewrite = Right("+config|rewrite", "CONFIG", "REWRITE")

    static let slowLog = Right("+slowlog|get", "SLOWLOG", "GET", "1")

    static let clientInfo = Right("+client|info", "CLIENT", "INFO")
    static let clientList = Right("+client|list", "CLIENT", "LIST")
    static let clientSetName = Right("+client|setname", "CLIENT", "SETNAME", "planrun")
    static let clientGetName = Right("+client|getname", "CLIENT", "GETNAME")
    static let clientPause = Right("+client|pause", "CLIENT", "PAUSE", "1", "WRITE")
    static let clientUnpause = Right("+client|unpause", "CLIENT", "UNPAUSE")
    static let clientKill = Right("+client|kill", "CLIENT", "KILL", "TYPE", "normal")

    static let users = Right("+acl|users", "ACL", "USERS")
    static let getUser = Right("+acl|getuser", "ACL", "GETUSER", "planrun")
    static let dryRun = Right("+acl|dryrun", "ACL", "DRYRUN", "planrun", "PING")
    static let accessLog = Right("+acl|log", "ACL", "LOG")
    static let setUser = Right("+acl|setuser", "ACL", "SETUSER", "planrun")
    static let deleteUser = Right("+acl|deluser", "ACL", "DELUSER", "planrun")
    static let saveUsers = Right("+acl|save", "ACL", "SAVE")

    static let multi = Right("+multi", "MULTI")
    static let exec = Right("+exec", "EXEC")
    static let replicaOf = Right("+replicaof", "REPLICAOF", "NO", "ONE")
    static let save = Right("+bgsave", "BGSAVE")
    static let shutdown = Right("+shutdown", "SHUTDOWN")
    static let flushAll = Right("+flushall", "FLUSHALL")

    static let select = Right("+select", "SELECT", "0")
    static let randomKey = Right("+randomkey", "RANDOMKEY")
    /// For every key, since planrun measures keys of applications.
    static let memoryUsage = Right("+memory|usage ~*", "MEMORY", "USAGE", "any")
    static let stringLength = Right("+strlen ~*", "STRLEN", "any")
    static let type = Right("+type ~*", "TYPE", "any")
    static let scan = Right("+scan", "SCAN", "0")
    static let exists = Right("+exists ~*", "EXISTS", "any")
    /// What a comparison of values asks of keys of every type.
    static let readAnyKey = [
        type, Right("+pttl ~*", "PTTL", "any"), memoryUsage, Right("+dump ~*", "DUMP", "any"),
        Right("+hgetall ~*", "HGETALL", "any"), Right("+smembers ~*", "SMEMBERS", "any"),
        Right("+getrange ~*", "GETRANGE", "any", "0", "1"), Right("+lrange ~*", "LRANGE", "any", "0", "1"),
        Right("+zrange ~*", "ZRANGE", "any", "0", "1"), Right("+hscan ~*", "HSCAN", "any", "0"),
        Right("+sscan ~*", "SSCAN", "any", "0"), Right("+xrange ~*", "XRANGE", "any", "-", "+"),
        Right("+xinfo|stream ~*", "XINFO", "STREAM", "any"), Right("+xinfo|groups ~*", "XINFO", "GROUPS", "any"),
        Right("+xpending ~*", "XPENDING", "any", "any"),
    ]

    /// For how long nobody has used a key.
    static let idleTime = Right("+object|idletime ~*", "OBJECT", "IDLETIME", "any")

    static let subscribers = Right("+pubsub|numsub", "PUBSUB", "NUMSUB", "__sentinel__:hello")
    static let hearHellos = Right("+subscribe &__sentinel__:hello", "SUBSCRIBE", "__sentinel__:hello")
    static let sayHello = Right("+publish &__sentinel__:hello", "PUBLISH", "__sentinel__:hello", "planrun")

    /// To hear the events of a Sentinel.
    static let hearEvents = Right(
        "+subscribe " + SentinelEvent.Kind.allCases.map { "&\($0.rawValue)" }.joined(separator: " "),
        call: ["SUBSCRIBE"] + SentinelEvent.Kind.allCases.map(\.rawValue))

    static func set(_ prefix: String) -> Right { Right("+set ~\(prefix)*", "SET", "\(prefix)0", "planrun") }
    static func get(_ prefix: String) -> Right { Right("+get ~\(prefix)*", "GET", "\(prefix)0") }
    static func delete(_ prefix: String) -> Right { Right("+del ~\(prefix)*", "DEL", "\(prefix)0") }

    /// A subcommand of `SENTINEL`, such as `SENTINEL MASTER <name>`. The right is the same whatever the arguments are.
    static func sentinel(_ subcommand: String, _ arguments: String...) -> Right {
        Right("+sentinel|\(subcommand.lowercased())", call: ["SENTINEL", subcommand] + arguments)
    }

    private init(_ rule: String, call: [String]) {
        self.rule = rule
        self.call = call
    }
}

/// What replicas and Sentinels send.
extension Right {
    /// What a replica sends to its primary.
    static let replication = [
        Right("+psync", "PSYNC", "?", "-1"), Right("+replconf", "REPLCONF", "listening-port", "1"), ping,
    ]

    /// What a Sentinel sends to an instance that it watches, according to Redis's documentation of Sentinel.
    static let sentinelAtInstance = [
        ping, info, role, hearHellos, sayHello, multi, exec, Right("+slaveof", "SLAVEOF", "NO", "ONE"),
        configRewrite, clientSetName, clientKill, Right("+script|kill", "SCRIPT", "KILL"),
    ]
}
