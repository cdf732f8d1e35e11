package import Execution
import RedisTopology
import Values

/// How far a watch has come, for the record: until when it lasts, and what it has found. A planrun that goes on with the
/// run reads it.
struct WatchMemory: Codable, Equatable, Sendable {
    struct Entry: Codable, Equatable, Sendable {
        /// In seconds since 1970.
        var at: Double
        var text: String
        var isTrouble: Bool
    }

    /// The record stays small, however often something changes.
    private static let keptFindings = 20

    /// When it began and when it ends, in seconds since 1970.
    let began: Double
    let until: Double
    let basis: WatchBasis
    /// The last findings, the newest at the end, and how many there were in all.
    private(set) var findings: [Entry] = []
    private(set) var count = 0
    /// What was told and still holds, by subject.
    private(set) var standing: [String: WatchRemark] = [:]
    /// The subjects of trouble with which a person has said to go on.
    private(set) var accepted: Set<String> = []
    /// What the target was at the last look.
    private var target: TargetMark?
    /// When the watch decided that the run goes back by itself, in seconds since 1970. It does so once.
    private(set) var goesBackAt: Double?
    /// Since when remarks hold that have not lasted long enough to be told. Another planrun waits anew.
    private var pending: [String: Double] = [:]

    private enum CodingKeys: String, CodingKey {
        case began, until, basis, findings, count, standing, accepted, target, goesBackAt
    }

    init(began: Double, duration: Duration, basis: WatchBasis) {
        self.began = began
        until = began + duration.seconds
        self.basis = basis
    }

    /// Takes what a look has shown.
    /// - Returns: what is new, in sentences.
    mutating func receive(_ remarks: [WatchRemark], at now: Double) -> [Entry] {
        let subjects = Set(remarks.map(\.subject))
        pending = pending.filter { subjects.contains($0.key) }
        var news: [Entry] = []
        for (subject, remark) in standing.sorted(by: { $0.key < $1.key }) where !subjects.contains(subject) {
            standing[subject] = nil
            accepted.remove(subject)
            news.append(Entry(at: now, text: "not any more: \(remark.text)", isTrouble: false))
        }
        for remark in remarks {
            if standing[remark.subject]?.state == remark.state { continue }
            let since = pending[remark.subject] ?? now
            guard now - since >= remark.patience else {
                pending[remark.subject] = since
                continue
            }
            pending[remark.subject] = nil
            standing[remark.subject] = remark
            accepted.remove(remark.subject)
            news.append(Entry(at: now, text: remark.text, isTrouble: remark.weight == .trouble))
        }
        return keep(news)
    }

    /// What has happened to the target between two looks, and is not seen at either.
    enum TargetChange: Equatable {
        case startedAgain
        /// It was made a replica, and a primary again.
        case turnedTwice
    }

    /// Compares the target with what it was at the last look.
    mutating func receive(_ mark: TargetMark) -> TargetChange? {
        defer { target = TargetMark(runID: mark.runID ?? target?.runID, history: mark.history) }
        guard let target else { return nil }
        if let before = target.runID, let now = mark.runID, before != now { return .startedAgain }
        guard let before = target.history, let now = mark.history, before != now else { return nil }
        return .turnedTwice
    }

    /// Takes what has happened since the last look and is over by now.
    /// - Returns: the same findings.
    mutating func keep(_ news: [Entry]) -> [Entry] {
        count += news.count
        findings = (findings + news).suffix(Self.keptFindings)
        return news
    }

    /// The run goes back by itself, unless this process dies now.
    mutating func goBack(at now: Double) { goesBackAt = now }

    /// The trouble that holds now, and that nobody has accepted.
    var trouble: [WatchRemark] {
        standing.values.filter { $0.weight == .trouble && !accepted.contains($0.subject) }
            .sorted { $0.subject < $1.subject }
    }

    /// A person has seen the trouble and wants to go on.
    mutating func acceptTrouble() { accepted.formUnion(trouble.map(\.subject)) }

    var hadTrouble: Bool { findings.contains(where: \.isTrouble) }

    func left(at now: Double) -> Duration { .seconds(max(0, min(until - now, until - began))) }
}

/// How far the watch of a run has come, by its record, for `status`.
package struct WatchStanding: Sendable, Equatable {
    /// `watches until 2026-11-28T23:30:00.000Z (12 min left); 2 findings, the last: …`
    package let words: String

    /// - Parameter mark: what the record holds of the step; the result is `nil` if it is of another kind of step.
    package init?(_ mark: StateValue?, at now: Timestamp) {
        guard let memory = try? mark?.decode(WatchMemory.self) else { return nil }
        let end = Timestamp(millisecondsSince1970: Int64(saturating: memory.until * 1_000))
        let left = now.duration(to: end)
        var words = "watches until \(end)" + (left > .zero ? " (\(left.planTextInSeconds) left)" : ", which is over")
        if let last = memory.findings.last {
            words += "; \(memory.count.counted("finding", "findings")), the last: \(last.text)"
        }
        self.words = words
    }
}

extension Duration {
    fileprivate var planTextInSeconds: String { Duration.seconds(components.seconds).planText }
}
