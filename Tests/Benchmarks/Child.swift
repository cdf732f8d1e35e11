import FoundationEssentials
import Glibc

/// A process that is started, waited for and measured. What it prints is thrown away.
struct Child {
    let arguments: [String]

    struct Cost {
        var wall: Duration
        /// The time of the processor, that of the kernel on behalf of the process included.
        var processor: Duration
    }

    func run() throws -> Cost {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        for descriptor in [STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO] {
            posix_spawn_file_actions_addopen(&actions, descriptor, "/dev/null", O_RDWR, 0)
        }
        var words = arguments.map { strdup($0) } + [nil]
        defer { for word in words { free(word) } }
        let start = ContinuousClock.now
        var child = pid_t()
        let failure = posix_spawn(&child, arguments[0], &actions, nil, &words, environ)
        guard failure == 0 else { throw Failure(what: "\(arguments[0]) cannot be started (\(failure))") }
        var (status, usage) = (Int32(), rusage())
        guard wait4(child, &status, 0, &usage) == child, status == 0 else {
            throw Failure(what: "\(arguments.joined(separator: " ")) ended with status \(status >> 8)")
        }
        return Cost(wall: .now - start, processor: usage.ru_utime.duration + usage.ru_stime.duration)
    }

    /// The path of the `planrun` that was built together with this benchmark.
    static func planrun() throws -> String {
        let own = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
        return own.split(separator: "/").dropLast().reduce(into: "") { $0 += "/" + $1 } + "/planrun"
    }

    struct Failure: Error, CustomStringConvertible {
        let what: String
        var description: String { what }
    }
}

extension timeval {
    fileprivate var duration: Duration { .seconds(tv_sec) + .microseconds(tv_usec) }
}

extension ContinuousClock.Instant {
    fileprivate static func - (end: Self, start: Self) -> Duration { start.duration(to: end) }
}
