extension Sequence where Element: Sendable {
    /// Asks about all elements at the same time and returns the answers in the order of the elements. If several
    /// questions fail, the failure of the earliest element is thrown, so that the same trouble is always reported in
    /// the same words.
    func atOnce<Answer: Sendable>(
        _ ask: @escaping @Sendable (Element) async throws -> Answer
    ) async throws -> [Answer] {
        let answers = await withTaskGroup(of: (Int, Result<Answer, any Error>).self) { group in
            var count = 0
            for (index, element) in enumerated() {
                count += 1
                group.addTask {
                    do { return (index, .success(try await ask(element))) } catch { return (index, .failure(error)) }
                }
            }
            var answers: [Result<Answer, any Error>?] = Array(repeating: nil, count: count)
            for await (index, answer) in group { answers[index] = answer }
            return answers.compactMap(\.self)
        }
        return try answers.map { try $0.get() }
    }
}
