import PlanModel
package import RESP
import SystemPackage
package import Values

/// A private world on 127.0.0.1: source, target and the Sentinels that watch the source, as real server processes.
///
/// All of its files are in one folder that only this user can enter. Servers and folder are gone when the body of `run`
/// has returned, thrown or been cancelled, and also when this process is killed.
package struct Lab: Sendable {
    package let description: LabDescription
    package let folder: PrivateFolder
    package let source: ServerProcess
    package let target: ServerProcess
    package let replicas: [ServerProcess]
    package let sentinels: [ServerProcess]
    /// Where this world differs from the one that was described; one sentence each, for a person.
    package let notes: [String]
    package let connector: any SessionConnector
    /// The proxies that stand in front of instances, by the name of the instance.
    private(set) var fronts: [String: Front] = [:]
    let accounts: LabAccounts
    let authority: CertificateAuthority?

    /// Starts everything, runs `body`, then stops and removes everything.
    /// - Parameter keep: whether to leave the folder `folder.path` with logs and configuration in place.
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

    /// A proxy in front of an instance. Everybody connects to the proxy and takes it for an instance with the proxy's
    /// engine.
    package struct Front: Sendable {
        package var address: Endpoint
        package var engine: Engine

        package init(address: Endpoint, engine: Engine) {
            self.address = address
            self.engine = engine
        }
    }

    /// This world with a proxy in front of an instance.
    package func fronted(_ server: ServerProcess, by front: Front) -> Lab {
        var lab = self
        lab.fronts[server.name] = front
        return lab
    }

    /// The address at which others find this server: the proxy's, if the server has one.
    package func address(of server: ServerProcess) -> Endpoint {
        fronts[server.name]?.address ?? server.address
    }

    // MARK: Talking to the servers, with all rights

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

    /// The login that the Sentinels use at the instances.
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
