import NIOCore
import RESP

/// Replies as servers sent them, written so that people can read them.
enum Recorded {
    /// The reply of `INFO` and other texts: a bulk string whose lines end with CRLF.
    static func text(_ lines: String) -> RESPValue {
        .bulkString(
            ByteBuffer(string: lines.split(separator: "\n", omittingEmptySubsequences: false).joined(separator: "\r\n"))
        )
    }

    /// A flat list of strings such as `name m port 6379`; `_` stands for an empty string.
    static func words(_ line: String) -> RESPValue {
        .array(
            line.split(separator: " ").map { .bulkString(ByteBuffer(string: $0 == "_" ? "" : String($0))) })
    }

    static func error(_ message: String) -> RESPValue { .error(RESPError(message: message)) }

    static let redisPrimary = text(
        """
        # Replication
        role:master
        connected_slaves:1
        slave0:ip=127.0.0.1,port=16380,state=online,offset=204683,lag=0
        master_failover_state:no-failover
        master_replid:75948de27eb356662b4e501c1e13b284ab88dd42
        master_replid2:0000000000000000000000000000000000000000
        master_repl_offset:204831
        second_repl_offset:-1
        repl_backlog_active:1
        repl_backlog_size:1048576
        """)

    /// Redis 7.0.15 while it waits for the primary's BGSAVE.
    static let redisGreeting = text(
        """
        # Replication
        role:slave
        master_host:127.0.0.1
        master_port:17101
        master_link_status:down
        master_last_io_seconds_ago:-1
        master_sync_in_progress:0
        slave_read_repl_offset:28
        slave_repl_offset:28
        master_link_down_since_seconds:-1
        slave_priority:100
        slave_read_only:1
        replica_announced:1
        connected_slaves:0
        master_failover_state:no-failover
        master_replid:6c61e62ce90f6b93abe29c00fc852383aa0e2017
        """)

    /// Redis 7 in the middle of a full sync from disk.
    static let redisSyncing = text(
        """
        # Replication
        role:slave
        master_host:redis-0.example
        master_port:6379
        master_link_status:down
        master_last_io_seconds_ago:0
        master_sync_in_progress:1
        slave_read_repl_offset:0
        slave_repl_offset:0
        master_sync_total_bytes:1000
        master_sync_read_bytes:250
        master_sync_left_bytes:750
        master_sync_perc:25.00
        master_sync_last_io_seconds_ago:0
        master_link_down_since_seconds:-1
        slave_priority:0
        slave_read_only:1
        replica_announced:0
        connected_slaves:0
        master_replid:6c61e62ce90f6b93abe29c00fc852383aa0e2017
        master_repl_offset:0
        """)

    static let redisFollowing = text(
        """
        # Replication
        role:slave
        master_host:127.0.0.1
        master_port:17101
        master_link_status:up
        master_last_io_seconds_ago:2
        master_sync_in_progress:0
        slave_read_repl_offset:0
        slave_repl_offset:0
        slave_priority:100
        slave_read_only:1
        replica_announced:1
        connected_slaves:0
        master_failover_state:no-failover
        master_replid:35139d244bb46dcfc19410ad5c4f89a25f93f04e
        master_replid2:0000000000000000000000000000000000000000
        master_repl_offset:0
        second_repl_offset:-1
        """)

    static let dragonflyPrimary = text(
        """
        # Replication
        role:master
        connected_slaves:0
        master_replid:8d813cb21faaf22a6b4948532b2bd2f863b3de54
        """)

    /// Dragonfly 1.40.1 as replica; the lines that changed between its phases are arguments.
    static func dragonflyReplica(
        link: String = "up", syncing: Int = 0, replicationID: String = "74a3fa25a28811b88b22df3e3565b20c8029fd6c",
        offset: Int? = nil, role: String = "slave"
    ) -> RESPValue {
        text(
            """
            # Replication
            role:\(role)
            master_host:127.0.0.1
            master_port:16679
            master_link_status:\(link)
            master_last_io_seconds_ago:0
            master_sync_in_progress:\(syncing)
            master_replid:\(replicationID)
            \(offset.map { "slave_repl_offset:\($0)\n" } ?? "")slave_priority:100
            slave_read_only:1
            psync_attempts:0
            psync_successes:0
            """)
    }

    static func dragonflyRole(_ state: String) -> RESPValue { words("slave 127.0.0.1 16679 \(state)") }
}
