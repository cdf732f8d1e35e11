/// How large a document may be. A plan of 10,000 steps stays far below each of these limits.
package struct YAMLLimits: Sendable, Equatable {
    /// How deep lists and mappings may be nested. A plan needs 5.
    package var depth: Int
    /// How many keys and values; those that an alias stands for count again.
    package var nodes: Int
    /// How many values aliases may add to the tree. In a file whose aliases contain each other, it could be billions.
    package var aliasedNodes: Int

    package init(depth: Int = 64, nodes: Int = 500_000, aliasedNodes: Int = 10_000) {
        self.depth = depth
        self.nodes = nodes
        self.aliasedNodes = aliasedNodes
    }
}
