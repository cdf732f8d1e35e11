import NIOCore
import RESP

/// Which keys are compared.
package enum ComparisonScope: Sendable, Hashable, Codable {
    case full
    /// About so many keys, drawn by chance.
    case sample(keys: Int)
}

/// Decides about each key by a digest of its name. Every key has the same chance, whatever it holds, and the two ways
/// of a comparison draw the same keys.
struct KeyFilter {
    /// A key is taken where its digest is below this; `nil` takes all.
    private let bound: UInt64?

    /// - Parameter total: how many keys there are.
    init(_ scope: ComparisonScope, of total: Int64) {
        switch scope {
        case .sample(let keys) where Int64(keys) < total:
            let share = Double(keys) / Double(total)
            // Of a total that no server has, the share can round to 1.
            bound = share < 1 ? UInt64(Double(UInt64.max) * share) : nil
        case .full, .sample: bound = nil
        }
    }

    func takes(_ key: ByteBuffer) -> Bool {
        guard let bound else { return true }
        var maker = Digest.Maker()
        key.withUnsafeReadableBytes { maker.combine(bytes: $0) }
        return maker.finish().chance < bound
    }
}
