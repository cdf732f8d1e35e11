package import Execution

extension StepFailure {
    /// What happened, with the server in front if the sentence names none: for a line that says nothing else.
    package var sentence: String {
        guard let server = place.first, ["source ", "target ", "Sentinel "].contains(where: server.hasPrefix),
            !place.contains(where: { part in part.split(separator: " ").dropFirst().contains { what.contains($0) } })
        else { return what }
        return "\(server): \(what)"
    }
}
