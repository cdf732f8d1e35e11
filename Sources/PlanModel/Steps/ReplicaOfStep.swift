/// Makes the target a replica of the source.
package struct ReplicaOfStep: Sendable, Hashable {
    /// Whether a target that holds keys may be emptied by the full sync.
    package var replacesData: Bool
    /// Who the target is at the source; `nil` takes the plan's credentials for the source.
    package var username: String?
    package var password: SecretReference?

    package init(replacesData: Bool = false, username: String? = nil, password: SecretReference? = nil) {
        self.replacesData = replacesData
        self.username = username
        self.password = password
    }
}
