/// Gates and stand-ins are tasks of the test process. While unit tests keep all of its threads busy, they pass commands
/// on seconds late, and planrun takes the servers behind them for dead. So the first test that needs one waits until the
/// process has run its tasks promptly for some seconds.
private let quiet = Task {
    let clock = ContinuousClock()
    let start = clock.now
    var promptSince = start
    while clock.now - promptSince < .seconds(5), clock.now - start < .seconds(900) {
        let before = clock.now
        try? await clock.sleep(for: .milliseconds(10))
        if clock.now - before > .milliseconds(250) { promptSince = clock.now }
    }
}

/// Returns when this process runs its tasks promptly, and at once if it has already done so before.
func waitForPromptTasks() async { await quiet.value }
