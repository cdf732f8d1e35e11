import Synchronization

/// What a command prints, as it comes.
final class Printed: Sendable {
    private let output: Mutex<HookOutput>
    private let show: @Sendable (String) -> Void

    init(_ mask: SecretMask, _ show: @escaping @Sendable (String) -> Void) {
        output = Mutex(HookOutput(mask))
        self.show = show
    }

    func receive(_ bytes: [UInt8]) {
        if let line = output.withLock({ $0.receive(bytes) }) { show(line) }
    }

    func end() -> [String] { output.withLock { $0.end() } }
}
