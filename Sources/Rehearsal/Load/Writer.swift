import RESP
import Values

/// One connection of an application: it finds the primary, writes, remembers, and looks for the primary again after an
/// error.
actor Writer {
    private(set) var log: WriteLog
    private let number: Int
    private let lab: Lab
    private let locator: PrimaryLocator
    /// The time between the starts of two writes; `nil` writes without a pause.
    private let interval: Duration?
    private let replyTimeout: Duration
    private var session: (any CommandSession)?
    private var isStopping = false
    private let clock = ContinuousClock()

    init(number: Int, lab: Lab, locator: PrimaryLocator, interval: Duration?, replyTimeout: Duration) {
        self.number = number
        self.lab = lab
        self.locator = locator
        self.interval = interval
        self.replyTimeout = replyTimeout
        log = WriteLog(writer: number)
    }

    func stop() async {
        isStopping = true
        await session?.close()
    }

    func run() async {
        var due = clock.now
        while !isStopping {
            guard let session = await connected() else { return }
            await write(on: session)
            guard let interval else { continue }
            // After a stall the writer goes on at its rate. It does not catch up, and neither do users.
            due = max(due.advanced(by: interval), clock.now.advanced(by: .zero - interval))
            if due > clock.now { try? await clock.sleep(until: due) }
        }
        await session?.close()
    }

    func hasStarted(within limit: Duration) async -> Bool {
        let deadline = clock.now.advanced(by: limit)
        while log.acknowledged.isEmpty {
            guard clock.now < deadline, (try? await clock.sleep(for: .milliseconds(5))) != nil else { return false }
        }
        return true
    }

    private func write(on session: any CommandSession) async {
        let write = LoadWrite(writer: number, number: log.acknowledged.count)
        do {
            let reply = try await session.send(write.command, timeout: replyTimeout)
            guard case .error(let error) = reply else { return log.acknowledged.append(clock.now) }
            await failed(error.code)
        } catch {
            await failed(error.code.rawValue)
        }
    }

    private func failed(_ code: String) async {
        guard !isStopping else { return }
        log.errors[code, default: 0] += 1
        await session?.close()
        session = nil
    }

    /// The session with the primary. Looks for the primary until there is one; `nil` once the writer is to stop.
    private func connected() async -> (any CommandSession)? {
        if let session { return session }
        var backoff = Duration.milliseconds(5)
        while !isStopping {
            if let address = await locator.locate(first: number), let found = await openSession(address) {
                session = found
                return found
            }
            try? await clock.sleep(for: backoff)
            backoff = min(backoff * 2, .milliseconds(40))
        }
        return nil
    }

    private func openSession(_ address: Endpoint) async -> (any CommandSession)? {
        guard let candidate = lab.session(at: address) else { return nil }
        if let role = try? await candidate.send(["ROLE"], timeout: .seconds(1)), role.isRoleOfPrimary, !isStopping {
            return candidate
        }
        await candidate.close()
        return nil
    }
}
