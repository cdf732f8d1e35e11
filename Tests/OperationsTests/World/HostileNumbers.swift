import NIOCore
import RESP
import Seeding
import Synchronization
import Values

/// A connector whose sessions replace some numbers of each reply by the largest, the smallest and the strangest there
/// are.
struct HostileNumbers: SessionConnector {
    let base: any SessionConnector
    let luck: Luck

    /// The source of the random numbers.
    final class Luck: Sendable {
        private let random: Mutex<SeededRandom>

        init(_ number: Int) { random = Mutex(SeededRandom(number)) }

        func draw(below limit: Int) -> Int {
            random.withLock { Int.random(in: 0..<limit, using: &$0) }
        }
    }

    private static let numbers = [
        "9223372036854775807", "-9223372036854775808", "18446744073709551615", "99999999999999999999999999", "-1", "0",
        "72057594037927936", "-72057594037927936", "70000", "65536", "4294967296", "1", "nan", "inf", "-inf", "1e308",
        "0.0000001", "", "2147483648",
    ]

    func session(_ settings: ConnectionSettings) -> any CommandSession {
        HostileSession(base: base.session(settings), luck: luck)
    }

    func subscribe(
        to channels: [String], _ settings: ConnectionSettings
    ) async throws(SessionError) -> any Subscription {
        try await base.subscribe(to: channels, settings)
    }

    private struct HostileSession: CommandSession {
        let base: any CommandSession
        let luck: Luck

        var address: Endpoint { base.address }

        func pipeline(_ commands: [Command], timeout: Duration?) async throws(SessionError) -> [RESPValue] {
            try await base.pipeline(commands, timeout: timeout).map(twisted)
        }

        func close() async { await base.close() }

        private func twisted(_ value: RESPValue) -> RESPValue {
            switch value {
            case .integer(let number): return .integer(Int64(twisted("\(number)")) ?? .max)
            case .simpleString(let text): return .simpleString(twisted(text))
            case .bulkString(let bytes): return .bulkString(ByteBuffer(string: twisted(String(buffer: bytes))))
            case .array(let elements): return .array(elements.map(twisted))
            case .error, .null: return value
            }
        }

        /// Replaces one number in four, also where the digits are part of a word or of an address.
        private func twisted(_ text: String) -> String {
            text.replacing(#/-?[0-9]+/#) { match in
                guard luck.draw(below: 4) == 0 else { return String(match.output) }
                return HostileNumbers.numbers[luck.draw(below: HostileNumbers.numbers.count)]
            }
        }
    }
}
