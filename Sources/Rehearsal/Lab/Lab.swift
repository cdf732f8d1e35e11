package import PlanModel
package import RESP
import SystemPackage

/// A private world on 127.0.0.1: source, target and the Sentinels that watch the source, as real server processes.
///
/// All of it is in one folder that only we can enter. Servers and folder are gone when the body of `run` has ended,
/// whether by returning, by throwing or by cancellation, and also if we are killed.
package struct Lab: Sendable {
    package let description: LabDescription
    package let folder: PrivateFolder
    package let source: ServerProcess
    package let target: ServerProcess
    package let replicas: [ServerProcess]
    package let sentinels: [ServerProcess]
    /// Where this world differs from the one that was asked for; one sentence each, for a person.
    package let notes: [String]
    package let connector: any SessionConnector
    /// Where servers are to be found that something stands in front of, by name.
    private(set) var fronts: [String: Front] = [:]
    let accounts: LabAccounts
    let authority: CertificateAuthority?

    /// Starts everything, runs `body`, stops and removes everything.
    /// - Parameter keep: leaves the folder with logs and configuration; it is `folder.path`.
    package static func run<Result: Sendable>(
        _ description: LabDescription, connector: any SessionConnector, keep: Bool = false,
        body: @Sendable (Lab) async throws -> Result
    ) async throws -> Result {
        let builder = LabBuilder(
            description: description, connector: connector, folder: try PrivateFolder.temporary(), keep: keep)
        let outcome: Swift.Result<Result, any Error>
        do {
            outcome = .success(try await body(try await builder.build()))
        } catch {
            outcome = .failure(error)
        }
        await builder.tearDown()
        return try outcome.get()
    }

    package var instances: [ServerProcess] { [source, target] + replicas }

    /// A proxy before an instance: everybody talks to it and takes it for the instance, of the engine that it plays.
    package struct Front: Sendable {
        package var address: ServerAddress
        package var engine: Engine

        package init(address: ServerAddress, engine: Engine) {
            self.address = address
            self.engine = engine
        }
    }

    /// The same world, with an instance behind a proxy.
    package func fronted(_ server: ServerProcess, by front: Front) -> Lab {
        var lab = self
        lab.fronts[server.name] = front
        return lab
    }

    /// Where others find this server.
    package func address(of server: ServerProcess) -> ServerAddress {
        fronts[server.name]?.address ?? server.address
    }

    // MARK: Talking to the servers, as one who may do everything

    package func settings(for server: ServerProcess) -> ConnectionSettings {
        access(of: server).settings(for: address(of: server))
    }

    /// A new session; the caller closes it.
    package func session(_ server: ServerProcess) -> any CommandSession {
        connector.session(settings(for: server))
    }

    /// Sends one command on a session of its own. An error reply is thrown.
    @discardableResult
    package func send(_ command: Command, to server: ServerProcess) async throws -> RESPValue {
        let session = session(server)
        let outcome = await Swift.Result { () async throws(SessionError) in try await session.send(command) }
        await session.close()
        let reply = try outcome.get()
        if case .error(let error) = reply { throw error }
        return reply
    }

    private func access(of server: ServerProcess) -> ServerAccess {
        switch server.name {
        case source.name,
            _ where replicas.contains { $0.name == server.name }:
            accounts.access(login: description.source.login, tls: clientTLS)
        case target.name: accounts.access(login: description.target.login, tls: clientTLS)
        default: accounts.sentinelAccess(login: description.sentinels?.login ?? .open, tls: clientTLS)
        }
    }

    /// As whom the Sentinels log in at the instances.
    package var watcherLogin: (username: String?, password: Secret?) { accounts.watcherLogin }

    private var clientTLS: TLSOptions? { authority?.clientOptions }
}

extension CertificateAuthority {
    var clientOptions: TLSOptions {
        TLSOptions(caFile: caFile, certificateFile: clientCertificateFile, keyFile: clientKeyFile)
    }
}

extension Result {
    fileprivate init(catching body: () async throws(Failure) -> Success) async {
        do {
            self = .success(try await body())
        } catch {
            self = .failure(error)
        }
    }
}
