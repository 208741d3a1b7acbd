//! Documents to test with.
