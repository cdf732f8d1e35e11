import PlanModel
import RedisTopology
package import Values

extension ByteCount {
    /// For a person, rounded: `412 MiB`, `1.2 GiB`.
    package var text: String {
        let units = ["bytes", "KiB", "MiB", "GiB", "TiB"]
        var value = Double(bytes)
        var unit = 0
        while value >= 1024, unit < units.count - 1 {
            value /= 1024
            unit += 1
        }
        let tenths = Int64(saturating: value * 10)
        let number = unit == 0 || value >= 100 ? "\(Int64(saturating: value))" : "\(tenths / 10).\(tenths % 10)"
        return "\(number) \(units[unit])"
    }
}
