package import RESP

/// A user of a private server, with a password of its own and the rights of one purpose.
package struct ServerAccount: Sendable {
    package var name: String
    package var password: Secret
    package var rights: Rights

    package init(name: String, password: Secret, rights: Rights) {
        self.name = name
        self.password = password
        self.rights = rights
    }

    /// What an account is for, which decides what it may do.
    package enum Rights: Sendable, Hashable, CaseIterable {
        /// For the rehearsal itself, which fills, writes and reads back.
        case everything
        /// For planrun at an instance.
        case operatorOfInstance
        /// For planrun at a Sentinel.
        case operatorOfSentinel
        /// For a Sentinel at an instance.
        case sentinelAtInstance
        /// For a Sentinel at another Sentinel.
        case sentinelAtSentinel
        /// For a replica at its primary.
        case replication

        /// ACL rules, as `ACL SETUSER` takes them.
        package var rules: [String] {
            switch self {
            case .everything:
                ["~*", "&*", "+@all"]
            case .operatorOfInstance:
                // planrun reads the server, fences it, changes its role, and writes a key of its own to prove that
                // writing works.
                [
                    "~*", "&*", "-@all", "+@connection", "+info", "+role", "+config", "+client", "+command",
                    "+acl|whoami", "+acl|users", "+acl|getuser", "+acl|dryrun",
                    "+acl|setuser", "+acl|deluser", "+acl|save", "+acl|log",
                    "+replicaof", "+slaveof", "+wait", "+failover", "+shutdown", "+bgsave", "+lastsave", "+dbsize",
                    "+scan", "+randomkey", "+subscribe", "+pubsub|numsub",
                    "+type", "+strlen", "+memory", "+function|list", "+module|list", "+get", "+set", "+del", "+unlink",
                    "+exists",
                    "+pttl", "+ttl", "+multi", "+exec", "+discard", "+flushall", "+time", "+psync", "+replconf",
                ]
            case .operatorOfSentinel:
                [
                    "allchannels", "-@all", "+@connection", "+@pubsub", "+info", "+role", "+sentinel", "+acl|users",
                    "+acl|getuser", "+acl|dryrun",
                ]
            case .sentinelAtInstance:
                // The list in the documentation of Redis Sentinel.
                [
                    "allchannels", "-@all", "+multi", "+exec", "+slaveof", "+replicaof", "+ping", "+subscribe",
                    "+publish",
                    "+config|rewrite", "+role", "+info", "+client|setname", "+client|kill", "+script|kill",
                ]
            case .sentinelAtSentinel:
                ["allchannels", "-@all", "+@connection", "+@pubsub", "+info", "+role", "+sentinel"]
            case .replication:
                ["-@all", "+psync", "+replconf", "+ping"]
            }
        }
    }
}
