/// What operations use besides the servers: a person to ask, and a way to run commands of the user's.
package struct Surroundings: Sendable {
    package let approver: any Approver
    package let hooks: any HookRunner

    package init(approver: any Approver, hooks: any HookRunner = NoHooks()) {
        self.approver = approver
        self.hooks = hooks
    }
}
