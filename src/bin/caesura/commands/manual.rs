//! `caesura completions` and `caesura man`.

use anyhow::Result;
use clap::CommandFactory;

use crate::args::{self, Typed};
use crate::output;

pub(crate) fn completions(args: &args::Completions) -> Result<()> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Typed::command(), "caesura", &mut script);
    output::print_raw(|out| Ok(out.write_all(&script)?))
}

pub(crate) fn man() -> Result<()> {
    let mut page = Vec::new();
    clap_mangen::Man::new(Typed::command()).render(&mut page)?;
    output::print_raw(|out| Ok(out.write_all(&page)?))
}
