import Execution

/// What a run leaves behind on the servers, for a person: what it is, and under it what to type, each command in a line of
/// its own that is never broken.
struct LeftoverLines {
    let leftovers: [Leftover]

    /// The line above those of a run.
    static func title(of state: RunState) -> String {
        state.status == .abandoned
            ? "left behind when it was abandoned:" : "left behind earlier, and not put back by this run:"
    }

    /// - Parameter width: columns; `nil` for as many as it takes.
    func lines(width: Int?) -> [String] {
        leftovers.flatMap { leftover in
            ["  \(leftover.place): \(leftover.what)".wrapped(width: width, indent: 4)]
                + leftover.commands.map { "    \($0)" }
        }
    }
}
