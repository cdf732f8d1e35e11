internal import Diagnostics
internal import Values
internal import YAMLTree

extension PreflightStep: StepSettings {
    /// Empty, because the keys of `preflight` are the checks of the catalogue.
    static var fields: [any FieldDeclaration] { [] }

    static func read(_ reader: inout MappingReader, checks: [CheckDeclaration]) -> Self? {
        var settings: [String: CheckSetting] = [:]
        for check in checks {
            guard let entry = reader.entry(check.id) else { continue }
            settings[check.id] = CheckSetting.read(entry, of: check, reader)
        }
        reader.noun = ("check", .unknownCheck)
        return PreflightStep(settings: settings)
    }

    /// Only what the plan says differently from the catalogue: `memory.headroom`, `30%`.
    package var spelledSettings: [(key: String, value: String)] {
        settings.sorted { $0.key < $1.key }.flatMap { id, setting in
            let severity = setting.severity.map { [(key: id, value: $0.rawValue)] } ?? []
            return severity
                + setting.limits.sorted { $0.key < $1.key }.map { (key: "\(id).\($0.key)", value: $0.value.planText) }
        }
    }
}

extension CheckSetting {
    static let severityField = Field(
        "severity", .severity, "What it means when the check does not pass: fail, warn, or off for not asking.")

    fileprivate static func read(_ entry: YAMLEntry, of check: CheckDeclaration, _ outer: MappingReader)
        -> CheckSetting?
    {
        let site = ReadingSite(key: entry.key, keyRange: entry.keyRange, collector: outer.collector)
        guard entry.value.entries != nil, var reader = MappingReader(entry.value, site) else {
            return outer.read(entry, check.limits.isEmpty ? .severity : .severityOrLimits).map {
                CheckSetting(severity: $0)
            }
        }
        var setting = CheckSetting(severity: reader.optional(severityField))
        for limit in check.limits {
            guard let entry = reader.entry(limit.key) else { continue }
            setting.limits[limit.key] = limit.defaultValue.read(entry, reader)
        }
        reader.finish()
        return setting
    }
}

extension ValueType where Value == CheckSeverity {
    static let severity = named("fail, warn or off")
    static let severityOrLimits = named("fail, warn, off or a mapping of limits")

    /// `off` without quotes is a boolean in YAML 1.1, and stays a text in the editors that follow YAML 1.2.
    private static func named(_ expected: String) -> Self {
        let words = word(CheckSeverity.allCases)
        return Self(
            expected: expected,
            read: { node, site in
                switch node.scalar?.meaning {
                case .bool(false): return .off
                case .text: return words.read(node, site)
                case .bool(true), .null, .integer, .number, nil:
                    let help = node.scalar?.meaning == .bool(true) ? ["leave it out to keep the severity it has"] : []
                    site.reportWrongType(node, expected: expected, help: help)
                    return nil
                }
            },
            spell: { $0.rawValue },
            schema: ["enum": ["fail", "warn", "off", false]], example: "warn")
    }
}

extension CheckLimit {
    /// As a plan spells it.
    package var planText: String {
        switch self {
        case .percentage(let number): "\(number)%"
        case .duration(let duration): duration.planText
        case .size(let size): size.planText
        case .count(let number): String(number)
        case .flag(let flag): flag ? "true" : "false"
        }
    }

    /// Reads a value of the type of `self`, which is the limit's default.
    fileprivate func read(_ entry: YAMLEntry, _ reader: MappingReader) -> CheckLimit? {
        switch self {
        case .percentage: reader.read(entry, .percentage).map(CheckLimit.percentage)
        case .duration: reader.read(entry, .duration()).map(CheckLimit.duration)
        case .size: reader.read(entry, .size).map(CheckLimit.size)
        case .count: reader.read(entry, .count).map(CheckLimit.count)
        case .flag: reader.read(entry, .flag).map(CheckLimit.flag)
        }
    }

    var schema: SchemaValue {
        switch self {
        case .percentage: ValueType.percentage.schema
        case .duration: ValueType.duration().schema
        case .size: ValueType.size.schema
        case .count: ValueType.count.schema
        case .flag: ValueType.flag.schema
        }
    }

    var schemaDefault: SchemaValue {
        switch self {
        case .count(let number): .int(number)
        case .flag(let flag): .bool(flag)
        case .percentage, .duration, .size: .string(planText)
        }
    }
}

extension ValueType where Value == Int {
    static let count = integer(0...1_000_000_000)
}
