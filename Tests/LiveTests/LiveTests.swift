import Testing

/// All tests that start servers, but those below. They run one at a time: more of them at once would leave no processor
/// to the servers.
@Suite(.serialized, .keepsNotes) enum LiveTests {}

/// The tests in which a cutover takes place, is killed, or is taken back. They run one at a time, beside the others:
/// both mostly wait for servers.
@Suite(.serialized, .keepsNotes) enum LiveCutoverTests {}

/// Tests that wait for a bound of planrun to pass and leave the processor to the others meanwhile. They run one at a time,
/// beside the others.
@Suite(.serialized, .keepsNotes) enum LivePatienceTests {}
