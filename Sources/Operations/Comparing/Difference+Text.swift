package import Comparison
import NIOCore
import RESP

extension Difference.Kind {
    /// What is said of so many keys: `3 missing on the target`.
    package var clause: String {
        switch self {
        case .missing: "missing on the target"
        case .extra: "only on the target"
        case .type: "with another type"
        case .value: "with another value"
        case .expiry: "with another expiry"
        }
    }
}

extension Difference {
    /// `'session:4711'`, `'session:4711' of database 3`, `a key that matches 'session:*'`. The key is escaped and cut.
    package var title: String {
        let name = "'\(String(buffer: key).printable(limit: 60))'"
        return (hidesName ? "a key that matches \(name)" : name) + (database == 0 ? "" : " of database \(database)")
    }

    /// The title and what each server has: `'a': "abc" (3 bytes) on the source, "abd" (3 bytes) on the target`.
    package var sentence: String {
        let sights = [(source, "source"), (target, "target")].compactMap { sight, name in
            sight.map { "\(text($0)) on the \(name)" }
        }
        return "\(title): \(sights.joined(separator: ", "))"
    }

    private func text(_ sight: KeySight) -> String {
        kind == .expiry ? sight.expiry : sight.content
    }
}

extension KeySight {
    fileprivate var expiry: String {
        left.map { "expires in \(Duration.milliseconds($0).seconds) s" } ?? "never expires"
    }

    fileprivate var content: String {
        guard let size else { return type.name }
        let count = size.counted(unit, unit == "byte" || unit == "element" || unit == "field" ? unit + "s" : "entries")
        guard type == .string else { return "\(type.name) of \(count)" }
        guard let beginning else { return "string of \(count)" }
        let cut = beginning.readableBytes < size ? "…" : ""
        return "\"\(String(buffer: beginning).printable)\(cut)\" (\(count))"
    }

    private var unit: String {
        switch type {
        case .string: "byte"
        case .hash: "field"
        case .list, .set, .sortedSet, .none, .other: "element"
        case .stream: "entry"
        }
    }
}
