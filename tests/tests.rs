//! All integration tests in one binary: they link once.

mod apart;
mod bad_input;
mod cli;
mod killed;
mod layers;
mod samples;
mod standing;
mod support;
mod topics;
#[cfg(feature = "libtorch")]
mod train;
