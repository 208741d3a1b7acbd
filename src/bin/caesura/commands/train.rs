//! `caesura train`: makes the models that say where the subject changes.

use std::cell::RefCell;
use std::fs::File;
use std::io::Write;
use std::path::Path;

use anyhow::Result;
use caesura::error::Error;
use caesura::evaluate::data::{self, Reference, Selection};
use caesura::evaluate::split::{self, Part};
use caesura::export::counted;
use caesura::train::context::{ContextTraining, Start, train_context};
use caesura::train::pair::{PairTraining, train_pair};
use caesura::train::passage::{PassageTraining, train_passage};
use caesura::train::{Documents, Look, MadeOver, Repeated, Schedule, context, drop_repeated, pair, passage};

use crate::args::{self, TrainContext, TrainData, TrainPair, TrainPassage, TrainWhat};
use crate::output::Session;

pub(crate) fn run(session: &Session, args: &args::Train) -> Result<()> {
    match &args.what {
        TrainWhat::Context(args) => train_a_context_model(session, args),
        TrainWhat::Pair(args) => train_a_pair_model(session, args),
        TrainWhat::Passage(args) => train_a_passage_model(session, args),
    }
}

/// The highest rate of a training that goes on from weights that are good already.
const START_RATE: f64 = 3e-4;

fn train_a_context_model(session: &Session, args: &TrainContext) -> Result<()> {
    let usual = ContextTraining::usual();
    let settings = ContextTraining {
        seed: session.seed(),
        n_members: args.members.map_or(usual.n_members, usize::from),
        schedule: schedule(usual.schedule, args.steps, args.rate.or(args.start.is_some().then_some(START_RATE))),
        dropout: args.dropout.unwrap_or(usual.dropout),
        made_over: made_over(usual.made_over, &args.made_over),
        talk_share: args.made_over.talk.unwrap_or(usual.talk_share),
        ..usual
    };
    let kept = args.kept.unwrap_or(Start::USUAL_KEPT);
    let start = args.start.as_deref().map(|folder| Start::from_folder(folder, kept)).transpose()?;
    let documents = read(session, &args.data)?;
    let encoder = session.encoder_keeping(args.data.vectors.as_deref())?;
    let output = &args.data.output;
    if args.refit {
        let bar = session.bar("calibrate the context model");
        let config = context::refit(&documents, encoder.as_ref(), output, &bar)?;
        session.note(&format!("wrote {}", config.display()));
        return Ok(());
    }
    let log = Log::open(session, output)?;
    let bar = session.bar("train the context model");
    let mut on_look = |look: &Look| log.add(look);
    let weights = train_context(&documents, &settings, start.as_ref(), encoder.as_ref(), output, &mut on_look, &bar)?;
    session.note(&format!("wrote {}", weights.display()));
    Ok(())
}

fn train_a_pair_model(session: &Session, args: &TrainPair) -> Result<()> {
    let usual = PairTraining::usual();
    let settings = PairTraining {
        seed: session.seed(),
        schedule: schedule(usual.schedule, args.steps, None),
        anywhere_share: args.anywhere.unwrap_or(usual.anywhere_share),
        doubted_share: args.doubted.unwrap_or(usual.doubted_share),
        talk_share: args.talk.unwrap_or(usual.talk_share),
        ..usual
    };
    let documents = read(session, &args.data)?;
    let encoder = session.encoder_keeping(args.data.vectors.as_deref())?;
    let output = &args.data.output;
    let Some(base) = &args.base else {
        let bar = session.bar("calibrate the pair model");
        let config = pair::refit(&documents, &settings, encoder.as_ref(), output, &bar)?;
        session.note(&format!("wrote {}", config.display()));
        return Ok(());
    };
    let log = Log::open(session, output)?;
    let bar = session.bar("train the pair model");
    let mut on_look = |look: &Look| log.add(look);
    let weights = train_pair(&documents, base, &settings, encoder.as_ref(), output, &mut on_look, &bar)?;
    session.note(&format!("wrote {}", weights.display()));
    Ok(())
}

fn train_a_passage_model(session: &Session, args: &TrainPassage) -> Result<()> {
    let usual = PassageTraining::usual();
    let settings = PassageTraining {
        seed: session.seed(),
        schedule: schedule(usual.schedule, args.steps, args.rate),
        made_over: made_over(usual.made_over, &args.made_over),
        talk_share: args.made_over.talk.unwrap_or(usual.talk_share),
        kept: args.kept.unwrap_or(usual.kept),
        ..usual
    };
    let documents = read(session, &args.data)?;
    let encoder = session.encoder_keeping(args.data.vectors.as_deref())?;
    let output = &args.data.output;
    let Some(base) = &args.base else {
        let bar = session.bar("calibrate the passage model");
        let config = passage::refit(&documents, encoder.as_ref(), output, &bar)?;
        session.note(&format!("wrote {}", config.display()));
        return Ok(());
    };
    let log = Log::open(session, output)?;
    let bar = session.bar("train the passage model");
    let mut on_look = |look: &Look| log.add(look);
    let weights = train_passage(&documents, base, &settings, encoder.as_ref(), output, &mut on_look, &bar)?;
    session.note(&format!("wrote {}", weights.display()));
    Ok(())
}

fn schedule(usual: Schedule, n_steps: Option<u32>, rate: Option<f64>) -> Schedule {
    let n_steps = n_steps.map_or(usual.n_steps, |n_steps| n_steps as usize);
    Schedule { n_steps, rate: rate.unwrap_or(usual.rate), ..usual }
}

fn made_over(usual: MadeOver, typed: &args::MadeOver) -> MadeOver {
    MadeOver {
        automatic: typed.automatic.unwrap_or(usual.automatic),
        punctuated: typed.punctuated.unwrap_or(usual.punctuated),
        regrouped: typed.regrouped.unwrap_or(usual.regrouped),
        spliced: typed.spliced.unwrap_or(usual.spliced),
    }
}

/// Returns the documents to learn from and those to look at; the rest, to measure by, is not read.
fn read(session: &Session, args: &TrainData) -> Result<Documents> {
    let kinds: Vec<String> = args.data.iter().map(|path| caesura::import::name_of(path)).collect();
    if let Some((name, _)) = args.share.iter().find(|(name, _)| !kinds.contains(name)) {
        let reason = format!("--share names {name:?}, and the files are {}", kinds.join(", "));
        return Err(Error::Nothing { attempt: "read a share of the documents", reason }.into());
    }
    let (mut train, mut held_out) = (Vec::new(), Vec::new());
    for (path, kind) in args.data.iter().zip(kinds) {
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
    let Repeated { n_alike, n_contradicting } = drop_repeated(&mut train);
    session.note(&format!("{} to train on, {} to look at", counted(train.len(), "document"), held_out.len()));
    if 0 < n_alike + n_contradicting {
        session.note(&format!(
            "left out {n_alike} whose text stands in another, and {n_contradicting} whose sections contradict it too"
        ));
    }
    Ok(Documents { train, held_out })
}

/// What is told of a training as it goes on.
struct Log<'a> {
    session: &'a Session,
    file: RefCell<File>,
}

impl<'a> Log<'a> {
    fn open(session: &'a Session, folder: &Path) -> Result<Self> {
        std::fs::create_dir_all(folder).map_err(|source| Error::Write { path: folder.to_owned(), source })?;
        let path = folder.join("training.jsonl");
        let file = File::options().append(true).create(true).open(&path);
        let file = file.map_err(|source| Error::Write { path, source })?;
        Ok(Self { session, file: RefCell::new(file) })
    }

    fn add(&self, look: &Look) {
        let kinds: Vec<String> =
            look.of_kinds.iter().map(|(kind, (loss, f1))| format!("{kind} {loss:.4}/{f1:.3}")).collect();
        let best = if look.is_best { " best" } else { "" };
        let &Look { member, step, training_loss, .. } = look;
        self.session.note(&format!(
            "member {member}, step {step}: training {training_loss:.4}, held out{best} ({})",
            kinds.join(", ")
        ));
        let line = serde_json::to_string(look).unwrap_or_default();
        // The log is for people; a training does not end over it.
        let _ = writeln!(self.file.borrow_mut(), "{line}");
    }
}
