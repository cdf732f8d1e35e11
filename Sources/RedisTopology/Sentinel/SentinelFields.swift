import RESP
import Values

/// The flat list of names and values with which a Sentinel describes one instance.
struct SentinelFields {
    let command: String
    private let values: [String: String]

    init(_ reply: RESPValue, command: String) throws(ReplyError) {
        guard let elements = reply.array, elements.count.isMultiple(of: 2) else {
            throw ReplyError(command: command, expected: "a list of names and values", reply: reply)
        }
        var values: [String: String] = [:]
        for index in stride(from: 0, to: elements.count, by: 2) {
            guard let name = elements[index].string, let value = elements[index + 1].string else {
                throw ReplyError(command: command, expected: "a name and a value", reply: elements[index])
            }
            values[name] = value
        }
        self.command = command
        self.values = values
    }

    static func list(_ reply: RESPValue, command: String) throws(ReplyError) -> [SentinelFields] {
        guard let elements = reply.array else {
            throw ReplyError(command: command, expected: "a list of instances", reply: reply)
        }
        var result: [SentinelFields] = []
        for element in elements { result.append(try SentinelFields(element, command: command)) }
        return result
    }

    func text(_ name: String) throws(ReplyError) -> String {
        guard let value = values[name] else {
            throw ReplyError(command: command, expected: "a field '\(name)'", found: "\(values.count) other fields")
        }
        return value
    }

    /// `nil` if the field is missing, empty or `?`, which Sentinel writes for "not known".
    func optionalText(_ name: String) -> String? {
        values[name].flatMap { $0.isEmpty || $0 == "?" ? nil : $0 }
    }

    func integer(_ name: String) throws(ReplyError) -> Int64 {
        let value = try text(name)
        guard let number = WireNumber.integer(value) else {
            throw ReplyError(
                command: command, expected: "'\(name)' as an integer", found: "'\(value.printable(limit: 80))'")
        }
        return number
    }

    func count(_ name: String) throws(ReplyError) -> Int { Int(truncatingIfNeeded: try integer(name)) }

    func milliseconds(_ name: String) throws(ReplyError) -> Duration {
        WireNumber.milliseconds(try integer(name))
    }

    /// `nil` if the field is missing.
    func optionalMilliseconds(_ name: String) throws(ReplyError) -> Duration? {
        values[name] == nil ? nil : try milliseconds(name)
    }

    func address(_ host: String = "ip", _ port: String = "port") throws(ReplyError) -> Endpoint {
        Endpoint(host: try text(host), port: try count(port))
    }

    func flags() throws(ReplyError) -> SentinelFlags { SentinelFlags(try text("flags")) }
}

/// What a Sentinel thinks of an instance, in words such as `master,s_down,o_down`.
package struct SentinelFlags: Sendable, Hashable {
    package let words: Set<String>

    package init(_ text: String) {
        words = Set(text.split(separator: ",").map(String.init))
    }

    /// Whether this Sentinel cannot reach the instance.
    package var isSubjectivelyDown: Bool { words.contains("s_down") }
    /// Whether enough Sentinels agree that the instance is down.
    package var isObjectivelyDown: Bool { words.contains("o_down") }
    /// Whether the Sentinel's command link or publish link to the instance is not connected.
    package var isDisconnected: Bool { words.contains("disconnected") }
    package var isFailoverInProgress: Bool { words.contains("failover_in_progress") }
    /// Whether the instance is reachable, in the view of this Sentinel.
    package var isHealthy: Bool { !isSubjectivelyDown && !isObjectivelyDown && !isDisconnected }
}
