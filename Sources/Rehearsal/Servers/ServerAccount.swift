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

    /// What an account is for decides what it may do. The rules are written out in `rules`.
    package enum Rights: Sendable, Hashable, CaseIterable {
        /// The rehearsal itself: fills, writes, reads back.
        case everything
        /// planrun at an instance.
        case operatorOfInstance
        /// planrun at a Sentinel.
        case operatorOfSentinel
        /// A Sentinel at an instance.
        case sentinelAtInstance
        /// A Sentinel at another Sentinel.
        case sentinelAtSentinel
        /// A replica at its primary.
        case replication

        /// ACL rules, as `ACL SETUSER` takes them.
        package var rules: [String] {
            switch self {
            case .everything:
                ["~*", "&*", "+@all"]
            case .operatorOfInstance:
                // Reads the server, fences it, changes its role, and writes one key of its own to prove that it can.
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
                // The list of Redis' Sentinel documentation.
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
