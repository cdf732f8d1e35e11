import Synchronization

/// A claim that is true or not, which one task tells others.
final class Flag: Sendable {
    private let value = Atomic(false)

    var isSet: Bool { value.load(ordering: .acquiring) }

    func set(_ isSet: Bool) { value.store(isSet, ordering: .releasing) }
}
