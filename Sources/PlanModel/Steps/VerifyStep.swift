internal import Diagnostics
internal import Values

/// Asks the servers whether the world is as it should be at this place of the plan.
package struct VerifyStep: Sendable, Hashable {
    /// How the keys of source and target are compared.
    package enum DataComparison: String, Sendable, Hashable, CaseIterable {
        /// How many there are.
        case count
        /// Some keys with all that they hold.
        case sample
        /// All keys with all that they hold.
        case full

        package var readsValues: Bool { self != .count }
    }

    /// `nil`: topology and write checks only.
    package var data: DataComparison?
    /// About how many keys a sample has; `nil` for every other comparison.
    package var keys: Int?
    /// `nil`: as fast as the servers' own latency allows.
    package var rate: ComparisonRate?
    /// How long after a comparison the next one begins, until the cutover; `nil`: one is enough.
    package var repetition: Duration?

    package init(
        data: DataComparison? = nil, keys: Int? = nil, rate: ComparisonRate? = nil, repetition: Duration? = nil
    ) {
        self.data = data
        self.rate = rate
        self.repetition = repetition
        self.keys = data == .sample ? keys ?? Self.sampledKeys : nil
    }

    private static let sampledKeys = 10_000
}

extension VerifyStep: StepDeclaration {
    package static let name = StepKind.Name.verify
    package static let meaning =
        "Asks the servers whether the world is as it should be at this place of the plan."
    /// Long enough for Sentinels in TILT, which lasts 30 s, to look at the servers again.
    package static let defaults = StepDefaults(timeout: .seconds(60))

    /// Reading every value takes as long as there are values.
    package var defaults: StepDefaults {
        data?.readsValues == true ? StepDefaults(timeout: .seconds(43_200)) : Self.defaults
    }

    package var kind: StepKind { .verify(self) }

    package func summary(_ scene: StepScene) -> String {
        let reads =
            switch data {
            case .full: "; reads every key of both servers"
            case .sample: "; reads about \(keys ?? Self.sampledKeys) keys of both servers, drawn by chance"
            case .count, nil: ""
            }
        let again = repetition.map { ", and again \($0.planText) after each time, until the cutover" } ?? ""
        return "\(scene.asking)\(reads)\(again); changes nothing\(scene.writesKey ? " but one test key" : "")"
    }
    package func wayBack(_ scene: StepScene) -> String? { nil }
    package func rehearsed(_ cast: RehearsalCast) -> Self? { self }
}

extension VerifyStep: StepSettings {
    private static let dataField = Field(
        "data", .word(DataComparison.allCases), weaker: .words(DataComparison.allCases.map(\.rawValue)),
        """
        Whether the keys of source and target are compared as well: count compares how many there are per database; \
        sample compares some with their values and expiry, both ways; full compares all of them. An attempt of sample or \
        full may take 12 h where 'timeout' says nothing else.
        """)
    private static let keysField = Field(
        "keys", .integer(1...1_000_000_000), weaker: .lower, example: 10_000,
        "About how many keys a sample has; without it, \(sampledKeys). Every key has the same chance to be drawn.")

    private static let rateField = Field(
        "rate", .rate,
        """
        How much a comparison of values may ask of each server; without it, as much as keeps the server's own latency \
        within 10 % of before.
        """)

    private static let repeatField = Field(
        "repeat", .duration(from: .seconds(1)),
        """
        How long after a comparison of values the next one begins. The step has succeeded after the first; the others \
        run beside the steps that follow, until the cutover begins. A difference that they find stops the run.
        """)

    static var fields: [any FieldDeclaration] { [dataField, keysField, rateField, repeatField] }

    static func read(_ reader: inout MappingReader, checks: [CheckDeclaration]) -> Self? {
        let step = VerifyStep(
            data: reader.optional(dataField), keys: reader.optional(keysField), rate: reader.optional(rateField),
            repetition: reader.optional(repeatField))
        if step.data != .sample, let range = reader.range(of: keysField.key),
            step.data != nil || reader.range(of: dataField.key) == nil
        {
            reader.collector.error(
                .contradictingSettings, "'keys' is for 'data: sample' only", at: range,
                help: ["write 'data: sample', or leave 'keys' out"])
        }
        for key in [rateField.key, repeatField.key] { reportUnlessReading(key, step, &reader) }
        return step
    }

    /// Reports a setting that is for comparisons of values only, where the step makes none.
    private static func reportUnlessReading(_ key: String, _ step: Self, _ reader: inout MappingReader) {
        guard step.data?.readsValues != true, let range = reader.range(of: key),
            step.data != nil || reader.range(of: dataField.key) == nil
        else { return }
        reader.collector.error(
            .contradictingSettings, "'\(key)' is for 'data: sample' and 'data: full' only", at: range,
            help: ["write 'data: full', or leave '\(key)' out"])
    }

    package var spelledSettings: [(key: String, value: String)] {
        [
            data.map(Self.dataField.setting), keys.map(Self.keysField.setting), rate.map(Self.rateField.setting),
            repetition.map(Self.repeatField.setting),
        ].compactMap(\.self)
    }
}
