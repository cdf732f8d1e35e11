import FoundationEssentials
package import Glibc
package import RESP
package import SystemPackage
package import Values

/// One private server on 127.0.0.1, in a folder of its own. It can be stopped, killed and started again.
///
/// It ends when this process ends, however that happens. It keeps its port when it is started again.
package actor ServerProcess {
    package nonisolated let name: String
    package nonisolated let address: Endpoint
    package nonisolated let settings: ServerSettings
    package nonisolated let folder: PrivateFolder
    private let access: ConnectionSettings
    private let connector: any SessionConnector
    private let doomedFolder: FilePath?
    private let command: [String]
    private var process: GuardedProcess?
    /// Whether the last start failed because the server ended before it was ready.
    private var endedByItself = false

    /// Starts a server on a free port, and returns once it answers `PING`.
    /// - Parameters:
    ///   - parent: the folder that gets a subfolder `name` with configuration, log and data.
    ///   - access: how the rehearsal logs in to this server.
    ///   - doomedFolder: the folder that is removed if this process dies.
    package static func start(
        name: String, settings: ServerSettings, in parent: PrivateFolder, access: ServerAccess,
        connector: any SessionConnector, doomedFolder: FilePath?
    ) async throws -> ServerProcess {
        guard let program = settings.executable ?? settings.program.path else {
            throw RehearsalError.programMissing(settings.program.rawValue)
        }
        let folder = try parent.subfolder(name)
        for attempt in 1...10 {
            let address = Endpoint(host: "127.0.0.1", port: try FreePort.pick())
            let server = try ServerProcess(
                name: name, address: address, settings: settings, folder: folder, program: program,
                access: access.settings(for: address), connector: connector, doomedFolder: doomedFolder)
            do {
                try await server.start()
                return server
            } catch let error as RehearsalError {
                // A server that runs but is not ready has its port, so another port would not help. One that ended by
                // itself may have lost its port to another process. The last attempt's error is thrown, with what the
                // server logged.
                let perhapsTaken = await server.endedByItself && !FreePort.isFree(address.port)
                guard perhapsTaken, attempt < 10 else { throw error }
            }
        }
        preconditionFailure("the last attempt returns or throws")
    }

    private init(
        name: String, address: Endpoint, settings: ServerSettings, folder: PrivateFolder, program: String,
        access: ConnectionSettings, connector: any SessionConnector, doomedFolder: FilePath?
    ) throws(RehearsalError) {
        self.name = name
        self.address = address
        self.settings = settings
        self.folder = folder
        self.access = access
        self.connector = connector
        self.doomedFolder = doomedFolder
        if let accounts = settings.accountsFile { try folder.write(accounts, to: "users.acl") }
        switch settings.program {
        case .redis, .valkey:
            let file = try folder.write(settings.configuration(address: address, folder: folder), to: "server.conf")
            let mode = if case .sentinel = settings.role { ["--sentinel"] } else { [String]() }
            command = [program, file.string] + mode
        case .dragonfly:
            let file = try folder.write(settings.flags(address: address, folder: folder), to: "server.flags")
            command = [program, "--flagfile=\(file.string)"]
        }
    }

    package nonisolated var logFile: FilePath { folder.path.appending("server.log") }

    /// The process id of the server; `nil` while it is down.
    package var pid: pid_t? { process?.pid }

    /// Starts the server, on the same port as before, and returns once it answers. Does nothing if it runs.
    package func start() async throws {
        guard process == nil else { return }
        let started = try await GuardedProcess.start(command, log: logFile, doomedFolder: doomedFolder)
        process = started
        let end = Task {
            await started.waitUntilGone()
            self.ended(started.pid)
        }
        do {
            try await waitUntilReady(started.pid)
        } catch {
            endedByItself = process?.pid != started.pid
            started.send(SIGKILL)
            await end.value
            throw error
        }
    }

    private func ended(_ pid: pid_t) {
        if process?.pid == pid { process = nil }
    }

    /// Asks the server to end, kills it after `grace`, and returns once it is gone.
    package func stop(grace: Duration = .seconds(5)) async {
        guard let process else { return }
        // One that somebody has stopped with SIGSTOP would not even notice that it is asked.
        process.send(SIGCONT)
        process.send(SIGTERM)
        let impatience = Task {
            try await Task.sleep(for: grace)
            process.send(SIGKILL)
        }
        await process.waitUntilGone()
        impatience.cancel()
        ended(process.pid)
    }

    /// Sends `SIGKILL`, and returns once the server is gone.
    package func kill() async {
        guard let process else { return }
        process.send(SIGKILL)
        await process.waitUntilGone()
        ended(process.pid)
    }

    /// Waits until the server answers `PING` and says that it is the process that was started, not another on the same
    /// port.
    private func waitUntilReady(_ pid: pid_t) async throws {
        let clock = ContinuousClock()
        let deadline = clock.now.advanced(by: .seconds(30))
        var last = "nothing answered"
        while process?.pid == pid {
            let session = connector.session(access)
            do {
                let replies = try await session.pipeline(
                    [["PING"], ["INFO", "server"]], timeout: nil)
                await session.close()
                if replies.first?.string == "PONG", replies.last?.string?.contains("process_id:\(pid)\r\n") == true {
                    return
                }
                if case .error(let error)? = replies.first { last = "it answered PING with \(error.code)" }
            } catch {
                await session.close()
                last = error.sentence
                guard error.isTransient else { break }
            }
            guard clock.now < deadline else { break }
            try await Task.sleep(for: .milliseconds(20))
        }
        throw RehearsalError(
            code: .serverDidNotStart,
            sentence: process?.pid == pid
                ? "the \(name) on \(address) is not ready: \(last)"
                : "the \(name) ended while it started",
            log: folder.lastLines(of: "server.log"))
    }
}

/// How the rehearsal logs in to a private server.
package struct ServerAccess: Sendable {
    package var username: String?
    package var password: Secret?
    package var tls: TLSOptions?

    package init(username: String? = nil, password: Secret? = nil, tls: TLSOptions? = nil) {
        self.username = username
        self.password = password
        self.tls = tls
    }

    package func settings(for address: Endpoint) -> ConnectionSettings {
        ConnectionSettings(
            address: address, username: username, password: password, tls: tls, connectTimeout: .seconds(5),
            replyTimeout: .seconds(10))
    }
}
