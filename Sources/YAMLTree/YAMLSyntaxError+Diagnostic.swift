internal import Diagnostics

extension YAMLSyntaxError {
    /// Reports the error in words for what a person sees in the file. libyaml's own words name states of its scanner.
    func report(to collector: DiagnosticCollector) {
        let lines = SourceLines(collector.file.text)
        let place = position > lines.end ? lines.end : position
        let range = SourceRange(place, SourcePosition(line: place.line, column: place.column + 1))
        if let character {
            let name = String(character, radix: 16, uppercase: true)
            collector.error(
                .controlCharacter,
                "the character U+\(String(repeating: "0", count: max(0, 4 - name.count)))\(name) "
                    + "may not stand in a YAML file", at: range,
                help: ["remove it, or write it as an escape in double quotes"])
            return
        }
        let indentation = lines[place.line].prefix { $0 == " " || $0 == "\t" }
        if problem.contains("tab character") || indentation.contains("\t") && place.column <= indentation.count + 1 {
            let column =
                (indentation.firstIndex(of: "\t").map { indentation.distance(from: indentation.startIndex, to: $0) })
            let start = SourcePosition(line: place.line, column: (column ?? place.column - 1) + 1)
            collector.error(
                .tab, "this line is indented with a tab",
                at: SourceRange(start, SourcePosition(line: start.line, column: start.column + 1)),
                help: ["YAML is indented with spaces; set your editor to insert them"])
            return
        }
        if reportMissingBlank(lines, place, to: collector) { return }
        let wording = punctuationWording(lines, place) ?? Self.wordings[problem]
        collector.error(
            wording?.code ?? .yamlSyntax, wording?.message ?? "this is not YAML: \(problem)", at: range,
            labels: context.flatMap { label($0, lines: lines, unless: place) }.map { [$0] } ?? [],
            help: wording.map { $0.help.isEmpty ? [] : [$0.help] } ?? [])
    }

    /// Looks for a blank that is missing after a colon. If that is the cause, reports it and returns `true`. YAML reads
    /// `address:10.0.0.1:6379` as a text, and libyaml gives up only in the line after it.
    private func reportMissingBlank(
        _ lines: SourceLines, _ place: SourcePosition, to collector: DiagnosticCollector
    ) -> Bool {
        let numbers = [context?.position.line ?? place.line, place.line - 1, place.line]
        for number in numbers {
            let line = lines[number]
            let start = line.prefix { $0 == " " || $0 == "-" }.endIndex
            let word = line[start...].prefix { ("a"..."z").contains($0) || $0 == "-" }
            let rest = line[word.endIndex...]
            guard !word.isEmpty, rest.first == ":", let value = rest.dropFirst().first, value != " ", value != "/"
            else { continue }
            let column = line.distance(from: line.startIndex, to: word.endIndex) + 1
            collector.error(
                .yamlSyntax, "a blank is missing after this ':'",
                at: SourceRange(
                    SourcePosition(line: number, column: column), SourcePosition(line: number, column: column + 1)),
                help: ["write 'key: value'"])
            return true
        }
        return false
    }

    /// What to say about the character that was found; `nil` if it explains no more than libyaml's own message.
    private func punctuationWording(_ lines: SourceLines, _ place: SourcePosition) -> Wording? {
        let line = lines[place.line]
        let before = line.prefix(place.column - 1)
        switch line.dropFirst(place.column - 1).first {
        case "{" where before.last == "$":
            return Wording("planrun replaces no variables in a plan", help: Self.variableHelp)
        case "," where problem == "did not find expected key" || problem.contains("'-' indicator"):
            return Wording("a ',' cannot stand here", help: "remove it: what stands on lines of its own needs none")
        default: return nil
        }
    }

    private static let variableHelp = "a password is named by { env: NAME }; everything else is written out"

    private func label(
        _ context: (text: String, position: SourcePosition), lines: SourceLines, unless place: SourcePosition
    ) -> Diagnostic.Label? {
        guard let text = Self.contexts[context.text], context.position != place, context.position < lines.end else {
            return nil
        }
        let end = SourcePosition(line: context.position.line, column: context.position.column + 1)
        return Diagnostic.Label(SourceRange(context.position, end), text)
    }

    private static let contexts = [
        "while parsing a block mapping": "of this mapping",
        "while parsing a block collection": "of this list",
        "while parsing a flow sequence": "this list begins here",
        "while parsing a flow mapping": "this mapping begins here",
        "while scanning a quoted scalar": "this text begins here",
        "while scanning a simple key": "this key",
        "while scanning a block scalar": "this text begins here",
    ]

    private struct Wording {
        var code = DiagnosticCode.yamlSyntax
        let message: String
        var help = ""

        init(_ message: String, help: String = "", code: DiagnosticCode = .yamlSyntax) {
            self.code = code
            self.message = message
            self.help = help
        }
    }

    private static let wordings: [String: Wording] = [
        "could not find expected ':'": Wording(
            "a key is not followed by ':'", help: "write 'key: value'; a text of several lines needs quotes or '|'"),
        "block sequence entries are not allowed in this context": Wording(
            "a list cannot begin here", help: "begin the list on a line of its own, one '-' for each element"),
        "mapping keys are not allowed in this context": Wording("a key cannot stand here"),
        "mapping values are not allowed in this context": Wording(
            "a second ':' in one value, or a key that is indented too far",
            help: "put the value in quotes if it contains ': '; keys of one mapping begin in the same column"),
        "found character that cannot start any token": Wording(
            "a value cannot begin with this character", help: "put the value in quotes"),
        "did not find expected key": Wording(
            "a key of this mapping was expected here", help: "keys of one mapping begin in the same column"),
        "did not find expected '-' indicator": Wording(
            "an element of this list was expected here",
            help: "elements of one list begin with '-' in the same column"),
        "did not find expected ',' or ']'": Wording(
            "this list is not closed", help: "a ',' or a ']' is missing before this place"),
        "did not find expected ',' or '}'": Wording(
            "this mapping is not closed", help: "a ',' or a '}' is missing before this place"),
        "did not find expected node content": Wording("a value was expected here"),
        "did not find expected <document start>": Wording(
            "nothing may follow the end of the document", help: "check the indentation of this line"),
        "found unexpected end of stream": Wording(
            "the file ends inside a quoted text", help: "close it with the same quote"),
        "found unexpected document indicator": Wording(
            "the document ends inside a quoted text", help: "close it with the same quote"),
        "found unknown escape character": Wording(
            "there is no such escape in double quotes", help: #"write '\\' for a backslash, or use single quotes"#),
        "did not find expected hexdecimal number": Wording("this escape needs hexadecimal digits"),
        "found unexpected ':'": Wording("a ':' cannot stand here", help: "put the value in quotes"),
        "did not find expected alphabetic or numeric character": Wording(
            "a name is missing after '&' or '*'", help: "put the value in quotes if it is meant as text"),
        "found undefined tag handle": Wording(
            "tags are not part of the plan language", help: "put the value in quotes if it is meant as text",
            code: .yamlTag),
        "did not find expected comment or line break": Wording("nothing may follow here but a comment"),
        "found incompatible YAML document": Wording("this version of YAML is not known", help: "remove the %YAML line"),
    ]
}
