import RESP
import Values

extension Endpoint {
    /// The address of no server: nothing can listen at port 0, so a connection to it is refused at once.
    ///
    /// A server that shall stand alone is made a replica of it. As a replica it answers READONLY and says that it is no
    /// primary, and both make clients ask the Sentinels again. As a closed primary it would answer NOREPLICAS, which many
    /// clients take for a trouble that passes. A replica tries to connect once a second.
    static let nowhere = Endpoint(host: "127.0.0.1", port: 0)
}

extension Command {
    /// Makes a server a replica of the one at that address.
    static func replicaOf(_ address: Endpoint) -> Command { ["REPLICAOF", address.host, String(address.port)] }
}
