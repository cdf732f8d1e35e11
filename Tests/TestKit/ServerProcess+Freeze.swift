import Glibc
package import Rehearsal

extension ServerProcess {
    package var isRunning: Bool { pid != nil }

    /// Sends `SIGSTOP`: connections stay open, and nothing is answered.
    package func freeze() { if let pid { Glibc.kill(pid, SIGSTOP) } }

    /// Sends `SIGCONT`, which ends a freeze.
    package func thaw() { if let pid { Glibc.kill(pid, SIGCONT) } }
}
