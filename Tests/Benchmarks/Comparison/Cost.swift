import FoundationEssentials
import Glibc

/// What a piece of work took.
struct Cost {
    var wall: Duration
    /// Of this process, or of one that it started.
    var client: Duration
    /// Of the servers, in their order.
    var servers: [Duration]
    /// The most that this process had in memory, in bytes.
    var memory: Int

    /// Of the client and the servers together.
    var processor: Duration { servers.reduce(client, +) }

    static func of(_ servers: [ProcessClock], _ work: () async throws -> Void) async throws -> Cost {
        // What filled the servers before is freed, but the allocator keeps it until it is told to give it back.
        giveBackFreedMemory()
        // The kernel forgets the most that this process ever had in memory.
        try Data("5".utf8).write(to: URL(filePath: "/proc/self/clear_refs"))
        let own = ProcessClock(id: getpid())
        let before = (client: try own.time(), servers: try servers.map { try $0.time() })
        let start = ContinuousClock.now
        try await work()
        return Cost(
            wall: start.duration(to: .now), client: try own.time() - before.client,
            servers: try zip(servers, before.servers).map { try $0.time() - $1 }, memory: try mostMemory())
    }

    /// Calls `malloc_trim`, whose header is not part of the module `Glibc`.
    private static func giveBackFreedMemory() {
        guard let symbol = dlsym(nil, "malloc_trim") else { return }
        _ = unsafeBitCast(symbol, to: (@convention(c) (Int) -> CInt).self)(0)
    }

    private static func mostMemory() throws -> Int {
        let status = try String(contentsOf: URL(filePath: "/proc/self/status"), encoding: .utf8)
        let line = status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") }
        return (line?.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0) << 10
    }
}

/// The time of the processor that a process has taken, in ticks of 10 ms.
struct ProcessClock: Sendable {
    let id: pid_t

    func time() throws -> Duration {
        let stat = try String(contentsOf: URL(filePath: "/proc/\(id)/stat"), encoding: .utf8)
        // The name of the program, in parentheses, may hold blanks.
        let fields = stat.split(separator: ")").last?.split(separator: " ") ?? []
        guard fields.count > 12, let user = Int(fields[11]), let kernel = Int(fields[12]) else {
            throw Child.Failure(what: "/proc/\(id)/stat cannot be read")
        }
        return .milliseconds((user + kernel) * 10)
    }
}
