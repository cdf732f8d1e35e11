import Testing

/// All tests that start servers. They run one at a time, because they measure time and share the processors.
@Suite(.serialized, .keepsNotes) enum LiveTests {}
