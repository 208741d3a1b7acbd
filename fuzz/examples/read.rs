//! Reads files as the program does, and says what came of each: for measuring and for scoring, without a model.
//!
//! ```text
//! read FILE...            a line a file: seconds, MB a second, documents, blocks, and why it was refused
//! read --dump FILE...     a line of JSON a file, as scripts/score_import.py takes it
//! read --make FOLDER MB   makes a file of that size of each format, of our own sample texts
//! ```

#[path = "../../benches/made.rs"]
mod made;

use std::path::Path;
use std::time::Instant;

use caesura::document::{BlockKind, Document};
use caesura::import::{ImportSettings, TIME_LIMIT, guarded, name_of, read};

fn main() {
    let mut args: Vec<String> = std::env::args().skip(1).collect();
    let is_dump = args.first().is_some_and(|arg| arg == "--dump");
    if is_dump {
        args.remove(0);
    }
    if let [flag, folder, megabytes] = &args[..]
        && flag == "--make"
    {
        let n_bytes = megabytes.parse::<usize>().expect("a number of megabytes") * 1_000_000;
        for format in made::FORMATS {
            std::fs::write(Path::new(folder).join(format!("made.{format}")), made::file(format, n_bytes))
                .expect("written");
        }
        return;
    }
    for path in &args {
        let started = Instant::now();
        let (mut n_bytes, mut n_blocks) = (0, 0);
        let mut parts: Vec<String> = Vec::new();
        let mut refused = String::new();
        let (mut n_documents, mut n_failed) = (0, 0);
        let outcome = read(Path::new(path)).and_then(|bytes| {
            n_bytes = bytes.len();
            let name = name_of(Path::new(path));
            guarded(bytes, &name, &ImportSettings::default(), TIME_LIMIT, &|| false, &mut |part| {
                match part.document {
                    Ok(document) => {
                        n_documents += 1;
                        n_blocks += document.blocks.len();
                        if is_dump {
                            parts.push(dumped(&document));
                        }
                    }
                    Err(_) => n_failed += 1,
                }
                Ok(())
            })
        });
        if let Err(error) = outcome {
            refused = error.to_string();
        }
        if is_dump {
            println!("{{\"path\": {}, \"parts\": [{}]}}", quoted(path), parts.join(", "));
        } else {
            let secs = started.elapsed().as_secs_f64();
            let speed = n_bytes as f64 / 1e6 / secs;
            println!(
                "{secs:8.3} s {speed:7.1} MB/s {n_documents:7} documents {n_failed:3} failed {n_blocks:9} blocks  {path} {refused}"
            );
        }
    }
}

fn dumped(document: &Document) -> String {
    let blocks = document.blocks.iter().map(|block| {
        let kind = match block.kind {
            BlockKind::Heading { level } => format!("h{level}"),
            BlockKind::TableRow => "tr".to_owned(),
            _ => "p".to_owned(),
        };
        format!("[\"{kind}\", {}, null]", quoted(block.span.of(&document.text)))
    });
    format!("{{\"blocks\": [{}]}}", blocks.collect::<Vec<_>>().join(", "))
}

fn quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => quoted.extend(['\\', c]),
            c if c < ' ' => quoted.push_str(&format!("\\u{:04x}", c as u32)),
            c => quoted.push(c),
        }
    }
    quoted.push('"');
    quoted
}
