internal import Values

/// Stays after the cutover for a time and looks whether it holds.
package struct WatchStep: Sendable, Hashable {
    /// What trouble leads to.
    package enum Response: String, Sendable, Hashable, CaseIterable {
        /// It is told, and the step goes on. Trouble that still lasts at the end makes the step fail.
        case report
        /// A person is asked whether to go on.
        case ask
        /// The run goes back by itself, once, where that loses no write and the source would not have the trouble. All
        /// other trouble is reported.
        case rollback
    }

    package var duration: Duration
    package var onTrouble: Response

    package init(duration: Duration = .seconds(1_800), onTrouble: Response = .report) {
        self.duration = duration
        self.onTrouble = onTrouble
    }
}

extension WatchStep: StepDeclaration {
    package static let name = StepKind.Name.watch
    package static let meaning =
        "Stays after the cutover for a time, looks whether it holds, and says what changes and who turns it back."
    /// No time limit: `for` says how long it takes, and a person may be asked.
    package static let defaults = StepDefaults(timeout: nil)

    package var kind: StepKind { .watch(self) }

    package func summary(_ scene: StepScene) -> String {
        let response =
            switch onTrouble {
            case .report: "trouble is reported; changes nothing"
            case .ask: "trouble asks a person; changes nothing"
            case .rollback:
                "where the target rejects writes, evicts keys or answers errors as the source did not, and the source follows in sync, the run goes back to \(scene.source) by itself, once, and no write is lost; other trouble is reported"
            }
        return "looks for \(duration.planText) whether \(scene.target) stays the primary; \(response)"
    }
    package func wayBack(_ scene: StepScene) -> String? { nil }
    /// Nobody rehearses for half an hour.
    package func rehearsed(_ cast: RehearsalCast) -> Self? {
        WatchStep(duration: min(duration, .seconds(5)), onTrouble: onTrouble)
    }
}

extension WatchStep: StepSettings {
    static var prerequisites: [StepPrerequisite] {
        [
            StepPrerequisite(
                kind: .failover, absence: .isMistake, why: "could begin before the target is the primary")
        ]
    }

    private static let durationField = Field(
        "for", .duration(from: .seconds(1)), default: WatchStep().duration, weaker: .lower,
        """
        How long it looks, by the time of day: a run that was stopped or killed goes on with the time that is left. \
        '--approve ID' ends it earlier.
        """)
    private static let onTroubleField = Field(
        "on-trouble", .word(Response.allCases), default: WatchStep().onTrouble,
        weaker: .words(Response.allCases.map(\.rawValue)),
        """
        What happens if the target is no longer the primary, a Sentinel sends clients elsewhere, the old source takes \
        writes or loses its link, or writes are rejected: report says so and goes on, and fails if it still lasts at the \
        end; ask asks a person whether to go on, and without a person stops until 'resume'; rollback goes back by itself, \
        once, if the target rejects writes, evicts keys or answers errors as the source did not, and the source follows it \
        in sync, so that no write is lost; it reports everything else, and needs 'rollback: { after-cutover: keep }'.
        """)

    static var fields: [any FieldDeclaration] { [durationField, onTroubleField] }

    static func read(_ reader: inout MappingReader, checks: [CheckDeclaration]) -> Self? {
        WatchStep(duration: reader.value(durationField), onTrouble: reader.value(onTroubleField))
    }

    package var spelledSettings: [(key: String, value: String)] {
        [Self.durationField.setting(duration), Self.onTroubleField.setting(onTrouble)]
    }
}
