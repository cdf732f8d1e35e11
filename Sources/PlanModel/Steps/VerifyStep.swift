/// Asks the servers whether the world is as it should be at this place of the plan.
package struct VerifyStep: Sendable, Hashable {
    /// `sample` and `full` come later.
    package enum DataComparison: String, Sendable, Hashable, CaseIterable {
        case count
    }

    /// `nil`: topology and write checks only.
    package var data: DataComparison?

    package init(data: DataComparison? = nil) {
        self.data = data
    }
}
