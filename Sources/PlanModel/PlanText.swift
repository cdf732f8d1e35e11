extension Duration {
    /// As a plan spells it: `1h30m`, `250ms`. Whole milliseconds; what is below is dropped.
    package var planText: String { "" }
}

extension ByteCount {
    /// As a plan spells it: `64KiB`, in the largest unit that divides it.
    package var planText: String { "" }
}
