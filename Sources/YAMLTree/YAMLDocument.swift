package import Diagnostics

/// A file that holds one YAML document.
///
/// What a plan may use of YAML 1.1, and what it may not:
///
/// - Anchors and aliases are allowed, and expanded up to a limit; an alias is an error if its anchor does not stand
///   before it, or encloses it.
/// - Tags and merge keys (`<<`) are errors: a reviewer should see a value where it counts.
/// - One document; `---` before it, `...` after it, and a `%YAML` line are allowed.
/// - Characters that an editor does not show as what they are may stand in quotes only.
/// - UTF-8 only, with or without byte order mark. Duplicate keys are errors; the first counts.
package enum YAMLDocument {
    /// The root, or `nil` if no tree can be made. Mistakes go to `collector`; a root does not mean there were none.
    package static func parse(_ collector: DiagnosticCollector, limits: YAMLLimits = YAMLLimits()) -> YAMLNode? {
        if let problem = collector.file.encodingProblem {
            report(problem, to: collector)
            return nil
        }
        // libyaml must not get a null pointer, which is what an empty buffer may be.
        var text = collector.file.text.isEmpty ? "\n" : collector.file.text
        return text.withUTF8 { bytes in
            var composer = YAMLComposer(YAMLEventReader(bytes), limits: limits, collector: collector)
            return composer.document()
        }
    }

    private static func report(_ problem: SourceFile.EncodingProblem, to collector: DiagnosticCollector) {
        let start = problem.position
        let hex = String(problem.byte, radix: 16, uppercase: true)
        let byte = "0x" + (hex.count == 1 ? "0" : "") + hex
        collector.error(
            .notUTF8, "this file is not UTF-8: byte \(byte) cannot stand here",
            at: SourceRange(start, SourcePosition(line: start.line, column: start.column + 1)),
            help: [problem.looksLikeUTF16 ? "it looks like UTF-16; save it as UTF-8" : "save it as UTF-8"])
    }
}
