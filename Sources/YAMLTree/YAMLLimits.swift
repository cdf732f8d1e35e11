/// What a document may cost. A plan of 10,000 steps stays far below each of them.
package struct YAMLLimits: Sendable, Equatable {
    /// Lists and mappings inside each other. A plan needs 5.
    package var depth: Int
    /// Keys and values, aliases expanded.
    package var nodes: Int
    /// Values that stand in the tree a second time because of an alias: what a bomb of aliases makes many of.
    package var aliasedNodes: Int

    package init(depth: Int = 64, nodes: Int = 500_000, aliasedNodes: Int = 10_000) {
        self.depth = depth
        self.nodes = nodes
        self.aliasedNodes = aliasedNodes
    }
}
