import FoundationEssentials

/// The runs before one in the same place, the oldest first: at most 50, and about 128 KiB in the record, because every
/// checkpoint writes all of it. Where there is not room for everything, the older runs first lose what each of their steps
/// did, then the text of their plan, and at last go. The newest one is always kept whole.
package struct RunHistory: Sendable, Equatable {
    static let longest = 50
    /// How many runs keep what each of their steps did.
    private static let detailed = 3
    /// In bytes of the record.
    static let room = 128 << 10

    package let runs: [EarlierRun]

    /// These runs, within the bounds.
    package init(_ runs: [EarlierRun]) {
        var room = Self.room
        var kept: [(run: EarlierRun, line: EarlierRun, size: Int)] = []
        for run in runs.suffix(Self.longest).reversed() {
            var line = run
            (line.nodes, line.plan) = ([], nil)
            let size = Self.size(line, beside: [])
            guard kept.isEmpty || size <= room else { break }
            kept.append((run, line, size))
            room -= size
        }
        // What is left of the room goes to the newest ones first.
        var texts: Set<String> = []
        self.runs = kept.enumerated().map { age, entry in
            var (whole, planOnly) = (entry.run, entry.line)
            if age >= Self.detailed { whole.nodes = [] }
            planOnly.plan = entry.run.plan
            for run in [whole, planOnly] {
                let size = Self.size(run, beside: texts) - entry.size
                guard age == 0 || size <= room else { continue }
                if let plan = run.plan { texts.insert(plan) }
                room -= size
                return run
            }
            return entry.line
        }.reversed()
    }

    /// The bytes that a run takes in a record that has the texts already.
    private static func size(_ run: EarlierRun, beside texts: Set<String>) -> Int {
        var run = run
        if let plan = run.plan, texts.contains(plan) { run.plan = nil }
        return StateDocument.json(of: ["history": RunHistory(unbounded: [run])]).count
    }

    private init(unbounded runs: [EarlierRun]) { self.runs = runs }
}

/// In the record each text of a plan stands once: a run whose plan is that of an earlier one names that run under `planOf`, and
/// its `plan` is empty. It is also empty where there was no room for it: older planruns need the key.
extension RunHistory: Codable {
    private struct Entry: Codable {
        private enum PlanKeys: String, CodingKey { case plan, planOf }

        var run: EarlierRun
        var planOf: String?

        init(_ run: EarlierRun, planOf: String?) {
            self.run = run
            self.planOf = planOf
            if planOf != nil { self.run.plan = nil }
        }

        init(from decoder: any Decoder) throws {
            run = try EarlierRun(from: decoder)
            let container = try decoder.container(keyedBy: PlanKeys.self)
            let plan = try container.decode(String.self, forKey: .plan)
            if !plan.isEmpty { run.plan = plan }
            planOf = try container.decodeIfPresent(String.self, forKey: .planOf)
        }

        func encode(to encoder: any Encoder) throws {
            try run.encode(to: encoder)
            var container = encoder.container(keyedBy: PlanKeys.self)
            try container.encode(run.plan ?? "", forKey: .plan)
            try container.encodeIfPresent(planOf, forKey: .planOf)
        }
    }

    package init(from decoder: any Decoder) throws {
        var plans: [String: String] = [:]
        runs = try [Entry](from: decoder).map { entry in
            var run = entry.run
            if let other = entry.planOf { run.plan = plans[other] }
            plans[run.lineage] = run.plan
            return run
        }
    }

    package func encode(to encoder: any Encoder) throws {
        var owners: [String: String] = [:]
        let entries = runs.map { run in
            guard let plan = run.plan else { return Entry(run, planOf: nil) }
            if let owner = owners[plan] { return Entry(run, planOf: owner) }
            owners[plan] = run.lineage
            return Entry(run, planOf: nil)
        }
        try entries.encode(to: encoder)
    }
}
