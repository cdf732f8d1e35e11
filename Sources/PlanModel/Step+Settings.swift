extension Step {
    /// What the step does with which values, defaults included, spelt as a plan would: `max-lag`, `64KiB`.
    package var settings: [(key: String, value: String)] { [] }
}
