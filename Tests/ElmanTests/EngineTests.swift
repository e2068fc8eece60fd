import Testing

/// All tests of the engine, one at a time: they count names and set threads and seeds, which belong to the process.
@Suite(.serialized) enum EngineTests {}
