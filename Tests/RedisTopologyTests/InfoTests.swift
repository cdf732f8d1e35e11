import RESP
import Testing
import Values

@testable import RedisTopology

struct InfoTests {
    @Test func `sections and fields, whatever the line ends`() throws {
        let info = try Info(Recorded.text("# Server\na:1\nb:x:y\n\n# Memory\nc:\nno colon\n"))
        #expect(info["server"]["a"] == "1")
        #expect(info["server"]["b"] == "x:y")
        #expect(info["memory"]["c"] == "")
        #expect(info["memory"]["a"] == nil)
        #expect(info["unheard"]["a"] == nil)
        #expect(Info(text: "# Server\na:1\n")["server"]["a"] == "1")
    }

    @Test func `a field of which there are several lines`() {
        let modules = Info(text: "# Modules\r\nmodule:name=ReJSON,ver=1\r\nmodule:name=search,ver=2\r\n")["modules"]
        #expect(modules.all("module") == ["name=ReJSON,ver=1", "name=search,ver=2"])
        #expect(modules["module"] == "name=search,ver=2")
        #expect(modules.all("unheard") == [])
    }

    @Test func `nothing at all is an empty reply: Dragonfly on an unknown section`() throws {
        #expect(try Info(Recorded.text(""))["foo"] == Info.Section(name: "foo"))
        #expect(throws: ReplyError.self) { try Info(.array([])) }
    }

    @Test func `Redis identifies itself`() throws {
        let server = try ServerInfo(
            Recorded.text(
                """
                # Server
                redis_version:7.0.15
                redis_mode:standalone
                run_id:fd67afca5e5248c0aa8ca159bb13512aa242a3cd
                tcp_port:17101
                uptime_in_seconds:8
                """))
        #expect(server.engine == .redis)
        #expect(server.version.description == "7.0.15")
        #expect(server.runID == "fd67afca5e5248c0aa8ca159bb13512aa242a3cd")
        #expect(server.mode == "standalone")
        #expect(server.port == 17101)
        #expect(server.uptime == .seconds(8))
    }

    @Test func `Valkey identifies itself, 8 and newer with a version of its own`() throws {
        let newer = try ServerInfo(
            Recorded.text(
                "# Server\nredis_version:7.2.4\nserver_name:valkey\nvalkey_version:8.1.3\nserver_mode:standalone"))
        #expect(newer.engine == .valkey)
        #expect(newer.version.description == "8.1.3")
        let older = try ServerInfo(Recorded.text("# Server\nredis_version:7.2.4\nserver_name:valkey"))
        #expect(older.engine == .valkey)
    }

    @Test func `Dragonfly identifies itself, and its claim to be Redis 7.4 is not believed`() throws {
        let server = try ServerInfo(
            Recorded.text(
                "# Server\nredis_version:7.4.0\ndragonfly_version:df-v1.40.1\nredis_mode:standalone\ntcp_port:16280"))
        #expect(server.engine == .dragonfly)
        #expect(server.version.description == "1.40.1")
        #expect(server.version.text == "df-v1.40.1")
        #expect(server.runID == nil)
    }

    @Test func `versions have an order`() throws {
        let texts = ["df-v1.9.0", "df-v1.40.1", "6.2.14", "7.0.15", "8.0.0-rc1", "8.0.1", "10.0"]
        let versions = try texts.map { try #require(ServerVersion($0)) }
        #expect(versions == versions.sorted())
        #expect(versions[4] == ServerVersion("8.0.0"))
        #expect(versions[6].major == 10)
        #expect(ServerVersion("unstable") == nil)
    }

    @Test func `memory, of Redis and of Dragonfly`() throws {
        let redis = try MemoryInfo(
            Recorded.text(
                "# Memory\nused_memory:1110608\nused_memory_rss:7036928\nmaxmemory:0\nmaxmemory_policy:noeviction"))
        #expect(redis.used == 1_110_608)
        #expect(redis.resident == 7_036_928)
        #expect(redis.limit == nil)
        #expect(redis.policy == "noeviction")
        let dragonfly = try MemoryInfo(
            Recorded.text("# Memory\nused_memory:565392\nused_memory_peak:565392\nmaxmemory:1073741824"))
        #expect(dragonfly.limit == 1 << 30)
        #expect(throws: ReplyError.self) { try MemoryInfo(Recorded.text("# Memory\nmaxmemory:0")) }
    }

    @Test func `persistence`() throws {
        let redis = try PersistenceInfo(
            Recorded.text(
                """
                # Persistence
                loading:0
                async_loading:0
                rdb_bgsave_in_progress:1
                rdb_last_save_time:1795360922
                rdb_last_bgsave_status:ok
                """))
        #expect(!redis.isLoading)
        #expect(redis.isSaveInProgress)
        #expect(redis.lastSaveSucceeded == true)
        #expect(redis.lastSave == 1_795_360_922)
        let failed = try PersistenceInfo(Recorded.text("# Persistence\nloading:1\nrdb_last_bgsave_status:err"))
        #expect(failed.isLoading)
        #expect(failed.lastSaveSucceeded == false)
    }

    @Test func `counters of syncs`() throws {
        let stats = try StatsInfo(
            Recorded.text("# Stats\ntotal_commands_processed:17\nsync_full:1"))
        #expect(stats.fullSyncs == 1)
        #expect(stats.commandsProcessed == 17)
    }

    @Test func `clients, with the limit in both spellings`() throws {
        let redis = try ClientsInfo(
            Recorded.text("# Clients\nconnected_clients:1\nmaxclients:10000\nblocked_clients:2"))
        #expect(redis.limit == 10000)
        #expect(try ClientsInfo(Recorded.text("# Clients\nconnected_clients:1\nmax_clients:64000")).limit == 64000)
    }

    @Test func `key counts per database`() throws {
        let redis = try KeyspaceInfo(
            Recorded.text("# Keyspace\ndb0:keys=2,expires=1,avg_ttl=995098\ndb3:keys=1,expires=0,avg_ttl=0,subexpiry=0")
        )
        #expect(redis.databases == [0: .init(keys: 2, expiring: 1), 3: .init(keys: 1, expiring: 0)])
        #expect(redis.keys == 3)
        for name in ["subexpiry", "keys_with_volatile_items"] {
            let fields = try KeyspaceInfo(Recorded.text("# Keyspace\ndb0:keys=3,expires=0,avg_ttl=0,\(name)=2"))
            #expect(fields.databases[0]?.hashesWithTTLs == 2)
        }
        let empty = try KeyspaceInfo(
            Recorded.text("# Keyspace\ndb0:keys=0,expires=0,hits=0,misses=0,hit_ratio=0.00,avg_ttl=-1"))
        #expect(empty.isEmpty)
        #expect(try KeyspaceInfo(Recorded.text("# Keyspace")).isEmpty)
        #expect(throws: ReplyError.self) { try KeyspaceInfo(Recorded.text("# Keyspace\ndb0:keys=x")) }
    }

    @Test func `commands, and those that Dragonfly dropped`() throws {
        let stats = try CommandStats(
            Recorded.text(
                """
                # Commandstats
                cmdstat_copy:calls=1,usec=100,usec_per_call=100
                cmdstat_config|get:calls=3,usec=2,usec_per_call=2.00,rejected_calls=0,failed_calls=0
                unknown_GEOSEARCHSTORE:1
                unknown_SWAPDB:2
                """))
        #expect(stats.calls == ["copy": 1, "config|get": 3])
        #expect(stats.unknown == ["geosearchstore": 1, "swapdb": 2])
    }
}

struct ConfigReplyTests {
    @Test func `names in any spelling`() throws {
        let config = try ConfigReply(Recorded.words("replica_priority 100 maxmemory 0 save _"))
        #expect(config["replica-priority"] == "100")
        #expect(config.integer("replica_priority") == 100)
        #expect(config["save"] == "")
        #expect(config["min-replicas-to-write"] == nil)
    }

    @Test func `values are not shown by accident`() throws {
        let config = try ConfigReply(Recorded.words("masterauth s3cret"))
        var shown = "\(config)\(String(reflecting: config))"
        dump(config, to: &shown)
        #expect(!shown.contains("s3cret"))
        #expect(config["masterauth"] == "s3cret")
        let error = #expect(throws: ReplyError.self) { try ConfigReply(Recorded.text("s3cret")) }
        #expect(
            error?.description == "the reply to 'CONFIG GET' holds a string where a list of names and values belongs")
        #expect(throws: ReplyError.self) { try ConfigReply(Recorded.words("odd")) }
    }

    @Test func `a refusal is passed on`() {
        let error = #expect(throws: ReplyError.self) { try ConfigReply(Recorded.error("ERR unknown command `CONFIG`")) }
        #expect(error?.refusal?.code == "ERR")
    }
}

struct ClientListTests {
    @Test func `a Dragonfly calls a connection without a name by its id, which is none`() throws {
        let list = try ClientList(
            Recorded.text(
                """
                id=7 addr=127.0.0.1:41658 laddr=127.0.0.1:31202 fd=8 name=7 tid=0 age=19 idle=19 db=0 phase=process
                id=15 addr=127.0.0.1:59634 laddr=127.0.0.1:31202 fd=10 name=7 tid=1 age=0 idle=0 db=0 phase=process
                id=4 addr=127.0.0.1:16379 laddr=127.0.0.1:36002 fd=12 name= tid=0 age=12 db=0 flags=M
                """))
        #expect(list.clients.map(\.name) == [nil, "7", nil])
        #expect(list.clients.map(\.isPrimary) == [false, false, true])
    }

    @Test func `Redis`() throws {
        let list = try ClientList(
            Recorded.text(
                """
                id=6 addr=127.0.0.1:33590 laddr=127.0.0.1:17101 fd=7 name= age=7 idle=0 flags=S db=0 cmd=replconf user=default
                id=16 addr=[::1]:45342 name=app age=2 idle=1 flags=N db=3 cmd=client|list user=u lib-name=redis-py lib-ver=5.0.1
                """))
        #expect(list.clients.count == 2)
        #expect(list.clients[0].isReplica)
        #expect(list.clients[0].name == nil)
        #expect(list.clients[0].command == "replconf")
        let app = list.clients[1]
        #expect(app.address == "[::1]:45342")
        #expect(app.name == "app")
        #expect(app.libraryName == "redis-py")
        #expect(app.libraryVersion == "5.0.1")
        #expect(app.database == 3)
        #expect(app.age == .seconds(2))
        #expect(app.idle == .seconds(1))
        #expect(app.user == "u")
    }

    @Test func `Dragonfly`() throws {
        let list = try ClientList(
            Recorded.text(
                """
                id=3 addr=127.0.0.1:43550 laddr=127.0.0.1:16380 fd=11 name=3 tid=1 age=12 idle=0 db=0 phase=process lib-name= lib-ver=
                id=4 addr=127.0.0.1:16379 laddr=127.0.0.1:36002 fd=12 name= tid=0 age=12 idle=0 db=0 flags=M repl-phase=stable_sync
                """))
        #expect(list.clients.map(\.isPrimary) == [false, true])
        #expect(list.clients[0].flags == "")
        #expect(list.clients[0].command == nil)
    }

    @Test func `empty, and malformed`() throws {
        #expect(try ClientList(Recorded.text("")).clients.isEmpty)
        #expect(throws: ReplyError.self) { try ClientList(Recorded.text("what")) }
        #expect(throws: ReplyError.self) { try ClientList(.integer(1)) }
    }
}
