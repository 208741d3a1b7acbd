//! One binary for all integration tests: they link once.
