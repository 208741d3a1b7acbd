//! Files read in processes of their own: one that takes all memory, or too long, harms no other.

use std::io::Write;
use std::path::PathBuf;
use std::time::Duration;

use caesura::error::Error;
use caesura::import::{Ahead, ImportSettings, READER_ARGUMENT, Reader, TIME_LIMIT, guarded};
use flate2::write::ZlibEncoder;
use flate2::{Compress, Compression, FlushCompress};

use crate::support::{Place, Ran};

fn in_processes() -> ImportSettings {
    ImportSettings { reader: Reader::Process(env!("CARGO_BIN_EXE_caesura").into()), ..ImportSettings::default() }
}

/// Returns a PDF file of one page, whose content is white space: so many times 16 MiB of it, packed twice.
fn bomb(n_pieces: usize) -> Vec<u8> {
    const PIECE_BYTES: usize = 16 << 20;
    // Once packed by itself, a piece may stand in the stream as often as one likes.
    let mut piece = Vec::with_capacity(1 << 20);
    let mut compress = Compress::new(Compression::best(), false);
    compress.compress_vec(&vec![0; PIECE_BYTES], &mut piece, FlushCompress::Full).expect("pack a piece");
    let mut inner = vec![0x78, 0x9c];
    for _ in 0..n_pieces {
        inner.extend(&piece);
    }
    // An empty last piece, and the checksum of zeros.
    inner.extend([0x03, 0x00]);
    let b = (n_pieces * PIECE_BYTES % 65_521) as u32;
    inner.extend((b << 16 | 1).to_be_bytes());
    let mut outer = ZlibEncoder::new(Vec::new(), Compression::best());
    outer.write_all(&inner).expect("pack the pieces");
    let content = outer.finish().expect("pack the pieces");

    let mut pdf = b"%PDF-1.7\n".to_vec();
    let mut starts = Vec::new();
    let page = "<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 800]/Contents 4 0 R>>";
    let stream = format!("<</Length {}/Filter[/FlateDecode/FlateDecode]>>\nstream\n", content.len());
    let objects: [(&str, &[u8]); 4] = [
        ("<</Type/Catalog/Pages 2 0 R>>", b""),
        ("<</Type/Pages/Kids[3 0 R]/Count 1>>", b""),
        (page, b""),
        (&stream, &content),
    ];
    for (index, (head, data)) in objects.into_iter().enumerate() {
        starts.push(pdf.len());
        pdf.extend(format!("{} 0 obj\n{head}", index + 1).into_bytes());
        pdf.extend(data);
        pdf.extend(if data.is_empty() { &b"\nendobj\n"[..] } else { b"\nendstream\nendobj\n" });
    }
    let table = pdf.len();
    pdf.extend(format!("xref\n0 {}\n0000000000 65535 f \n", starts.len() + 1).into_bytes());
    for start in &starts {
        pdf.extend(format!("{start:010} 00000 n \n").into_bytes());
    }
    let size = starts.len() + 1;
    pdf.extend(format!("trailer\n<</Size {size}/Root 1 0 R>>\nstartxref\n{table}\n%%EOF\n").into_bytes());
    pdf
}

#[cfg(target_os = "linux")]
#[test]
fn a_file_that_takes_all_memory_is_given_up_on_and_the_others_are_added() {
    let place = Place::new();
    let folder = place.path("files");
    std::fs::create_dir(&folder).unwrap();
    // 8 GiB.
    std::fs::write(folder.join("b.pdf"), bomb(512)).unwrap();
    std::fs::write(folder.join("a.txt"), "A good text.\n\nWith two paragraphs.").unwrap();
    std::fs::write(folder.join("c.txt"), "Another text.\n\nWith two paragraphs, too.").unwrap();
    let ran = place.run(["add".as_ref(), "--engine".as_ref(), "lexical".as_ref(), folder.as_os_str()]);
    assert_eq!(ran.code, Some(2), "{}", ran.err);
    for said in ["2 added, 1 failed", "failed: import \"b.pdf\": it was given up on", "MiB of memory", "another format"]
    {
        assert!(ran.err.contains(said), "{:?} does not say {said:?}", ran.err);
    }
    assert!(!ran.err.contains("memory allocation"), "{}", ran.err);
    assert_eq!(place.run(["list", "--format", "json"]).json()["documents"].as_array().map(Vec::len), Some(2));
}

#[test]
fn files_are_heard_of_as_without_processes() {
    let place = Place::new();
    let paths: Vec<PathBuf> = vec![
        place.file("a.csv", "text,date\nOut.,2024-02-29\nLit.,\n"),
        place.file("b.txt", ""),
        place.file("c.md", "# One\n\nLit.\n\n# Two\n\nOut.\n"),
        place.path("missing.txt"),
    ];
    let heard = |settings| -> Vec<String> {
        let heard = Ahead::start(paths.clone(), settings, std::iter::empty().collect(), TIME_LIMIT);
        heard.map(|heard| format!("{heard:?}")).collect()
    };
    let expected = heard(ImportSettings::default());
    assert_eq!(heard(in_processes()), expected);
    assert_eq!(expected.len(), 3 + 4);
}

#[test]
fn a_file_that_takes_too_long_or_is_not_wanted_any_more_is_given_up_on() {
    let csv = ("text\n".to_owned() + &"Lit and burned.\n".repeat(400_000)).into_bytes();
    let read = guarded(csv.clone(), "a.csv", &in_processes(), Duration::ZERO, &|| false, &mut |_| Ok(()));
    assert!(matches!(read, Err(Error::Slow { .. })), "{read:?}");
    let read = guarded(csv, "a.csv", &in_processes(), TIME_LIMIT, &|| true, &mut |_| Err(Error::Cancelled));
    assert!(matches!(read, Err(Error::Cancelled)), "{read:?}");
}

#[cfg(unix)]
#[test]
fn a_program_that_reads_nothing_fails_its_file() {
    for (program, how) in [("/bin/true", "exit status: 0"), ("/bin/sh", "exit status")] {
        let settings = ImportSettings { reader: Reader::Process(program.into()), ..ImportSettings::default() };
        let read = guarded(b"Lit.".to_vec(), "a.txt", &settings, TIME_LIMIT, &|| false, &mut |_| Ok(()));
        match read {
            Err(Error::Stopped { how: said, .. }) => assert!(said.contains(how), "{program}: {said}"),
            other => panic!("{program}: {other:?}"),
        }
    }
}

#[test]
fn a_reader_ends_when_nobody_asks_it_and_is_not_in_the_help() {
    let place = Place::new();
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_caesura"));
    let ran = Ran::of(command.arg(READER_ARGUMENT).stdin(std::process::Stdio::null()).output().unwrap());
    assert_eq!((ran.code, ran.out.as_str()), (Some(1), ""));
    assert!(!place.run(["--help"]).ok().contains(READER_ARGUMENT));
}
