import FoundationEssentials
import Values

/// What somebody writes in an hour: redis-py with hiredis, one thread, pipelines of 1,000 keys. It compares the values
/// and the expiry of all keys of the source with those of the target, and looks for the target's keys at the source.
struct PlainScript {
    let python: String

    /// - Returns: `nil` where Python or one of the two packages is missing.
    static func find() -> PlainScript? {
        let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
        let python = folders.map { "\($0)/python3" }.first { FileManager.default.isExecutableFile(atPath: $0) }
        guard let python, (try? Child(arguments: [python, "-c", "import redis, hiredis"]).run()) != nil else {
            return nil
        }
        return PlainScript(python: python)
    }

    func run(_ servers: ComparedServers) throws -> Child.Cost {
        try Child(arguments: [python, "-c", Self.text, "\(servers.source.port)", "\(servers.target.port)"]).run()
    }

    private static let text = """
        import sys, redis
        a, b = (redis.Redis(host="127.0.0.1", port=int(port)) for port in sys.argv[1:])
        READ = {
            b"string": lambda p, k: p.get(k),
            b"hash": lambda p, k: p.hgetall(k),
            b"list": lambda p, k: p.lrange(k, 0, -1),
            b"set": lambda p, k: p.smembers(k),
            b"zset": lambda p, k: p.zrange(k, 0, -1, withscores=True),
        }
        def pages(server):
            cursor = None
            while cursor != 0:
                cursor, keys = server.scan(cursor or 0, count=1000)
                yield keys
        def read(server, keys, types):
            with server.pipeline(transaction=False) as p:
                for key, type in zip(keys, types):
                    p.pttl(key)
                    READ[type](p, key)
                return p.execute()
        wrong = 0
        for keys in pages(a):
            with a.pipeline(transaction=False) as p:
                for key in keys:
                    p.type(key)
                types = p.execute()
            mine, theirs = read(a, keys, types), read(b, keys, types)
            for index in range(len(keys)):
                wrong += mine[2 * index + 1] != theirs[2 * index + 1]
                wrong += abs(mine[2 * index] - theirs[2 * index]) > 1000
        for keys in pages(b):
            if keys:
                wrong += len(keys) - a.exists(*keys)
        sys.exit(1 if wrong else 0)
        """
}
