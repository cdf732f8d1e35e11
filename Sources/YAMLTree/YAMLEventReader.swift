internal import CLibYAML
internal import Diagnostics

/// libyaml's parser, one event at a time.
struct YAMLEventReader: ~Copyable {
    /// On the heap, because libyaml keeps a pointer to the parser inside the parser.
    private let parser: UnsafeMutablePointer<yaml_parser_t>
    private let input: UnsafeBufferPointer<UInt8>

    /// - Parameter input: UTF-8 that outlives the reader.
    init(_ input: UnsafeBufferPointer<UInt8>) {
        self.input = input
        parser = .allocate(capacity: 1)
        guard yaml_parser_initialize(parser) == 1 else { preconditionFailure("no memory for libyaml's parser") }
        // The encoding is named, or libyaml would guess it: a text may begin with what looks like another encoding's
        // mark.
        yaml_parser_set_encoding(parser, YAML_UTF8_ENCODING)
        yaml_parser_set_input_string(parser, input.baseAddress, input.count)
    }

    deinit {
        yaml_parser_delete(parser)
        parser.deallocate()
    }

    func next() throws(YAMLSyntaxError) -> YAMLEvent {
        var event = yaml_event_t()
        guard yaml_parser_parse(parser, &event) == 1 else { throw failure() }
        defer { yaml_event_delete(&event) }
        return YAMLEvent(event)
    }

    private func failure() -> YAMLSyntaxError {
        let state = parser.pointee
        let problem = state.problem.map { String(cString: $0) } ?? "out of memory"
        if state.error == YAML_READER_ERROR {
            // libyaml's reader counts bytes only; line and column are counted here.
            let before = input.prefix(state.problem_offset)
            let position = SourceLines(String(decoding: before, as: UTF8.self)).end
            return YAMLSyntaxError(
                problem: problem, position: position, character: UInt32(bitPattern: state.problem_value))
        }
        var error = YAMLSyntaxError(problem: problem, position: SourcePosition(state.problem_mark))
        if let context = state.context {
            error.context = (String(cString: context), SourcePosition(state.context_mark))
        }
        return error
    }
}

/// What libyaml said when it gave up.
struct YAMLSyntaxError: Error {
    var problem: String
    var position: SourcePosition
    /// What libyaml was parsing, and where that began.
    var context: (text: String, position: SourcePosition)?
    /// The character that may not stand in a YAML file, if that is the problem.
    var character: UInt32?
}
