/// Gates and stand-ins are tasks of the test process. While unit tests keep all of its threads busy, they pass commands
/// on seconds late, and planrun takes the servers behind them for dead. So the first test that needs one waits until
/// nearly every task of the process is run promptly.
private let quiet = Task {
    let clock = ContinuousClock()
    let start = clock.now
    var prompt = 0
    while prompt < 400, clock.now - start < .seconds(600) {
        let before = clock.now
        try? await clock.sleep(for: .milliseconds(10))
        // A noisy machine delays one now and then; busy threads delay most.
        prompt = clock.now - before < .milliseconds(25) ? prompt + 1 : max(0, prompt - 20)
    }
}

/// Returns when this process runs its tasks promptly, and at once if it has already done so before.
func waitForPromptTasks() async { await quiet.value }
