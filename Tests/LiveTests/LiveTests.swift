import Testing

/// Everything that starts servers. One at a time: they share two processors and measure time.
@Suite(.serialized, .keepsNotes) enum LiveTests {}
