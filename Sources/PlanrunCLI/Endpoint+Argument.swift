import ArgumentParser
import Values

extension Endpoint {
    /// Reads the value of an option.
    /// - Throws: what to write instead.
    static func argument(_ text: String) throws -> Endpoint {
        do {
            return try Endpoint(planText: text)
        } catch {
            throw ValidationError("it has to be host:port, with a port from 1 to 65535")
        }
    }
}
