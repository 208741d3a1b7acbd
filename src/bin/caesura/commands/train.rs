//! `caesura train`: makes the models that say where the subject changes.

use std::cell::RefCell;
use std::io::Write;

use anyhow::Result;
use caesura::error::Error;
use caesura::evaluate::data::{self, Reference, Selection};
use caesura::evaluate::split::{self, Part};
use caesura::train::context::{ContextTraining, Labelled, Look, train_context};

use crate::args::{self, TrainContext, TrainWhat};
use crate::output::Session;

pub(crate) fn run(session: &Session, args: &args::Train) -> Result<()> {
    match &args.what {
        TrainWhat::Context(args) => context(session, args),
    }
}

fn context(session: &Session, args: &TrainContext) -> Result<()> {
    let usual = ContextTraining::usual();
    let settings = ContextTraining {
        seed: session.seed(),
        n_steps: args.steps.unwrap_or(usual.n_steps),
        dropout: args.dropout.unwrap_or(usual.dropout),
        automatic_share: args.automatic.unwrap_or(usual.automatic_share),
        ..usual
    };
    let (mut train, mut held_out): (Vec<Labelled>, Vec<Labelled>) = (Vec::new(), Vec::new());
    for path in &args.data {
        let kind = caesura::import::name_of(path);
        let share = args.share.iter().find(|(name, _)| *name == kind).map_or(1.0, |(_, share)| *share);
        for reference in data::references(path, Selection::default())? {
            let reference: Reference = reference?;
            if !split::is_in_share(&reference.id, share) {
                continue;
            }
            let side = match reference.part {
                Part::Train => &mut train,
                Part::Tuning => &mut held_out,
                Part::Validation => continue,
            };
            side.push((kind.clone(), reference));
        }
    }
    let encoder = session.encoder_keeping(args.vectors.as_deref())?;
    let log_path = args.output.join("training.jsonl");
    std::fs::create_dir_all(&args.output).map_err(|source| Error::Write { path: args.output.clone(), source })?;
    let log = std::fs::File::options().append(true).create(true).open(&log_path);
    let log = RefCell::new(log.map_err(|source| Error::Write { path: log_path, source })?);
    session.note(&format!("{} documents to train on, {} to look at", train.len(), held_out.len()));
    let bar = session.bar("train the context model");
    let mut on_look = |look: &Look| {
        let kinds: Vec<String> =
            look.of_kinds.iter().map(|(kind, (loss, f1))| format!("{kind} {loss:.4}/{f1:.3}")).collect();
        let best = if look.is_best { " best" } else { "" };
        session.note(&format!(
            "step {}: training {:.4}, held out{best} ({})",
            look.step,
            look.training_loss,
            kinds.join(", ")
        ));
        let line = serde_json::to_string(look).unwrap_or_default();
        // The log is for people; a training does not end over it.
        let _ = writeln!(log.borrow_mut(), "{line}");
    };
    let weights = train_context(&train, &held_out, &settings, encoder.as_ref(), &args.output, &mut on_look, &bar)?;
    session.note(&format!("wrote {}", weights.display()));
    Ok(())
}
