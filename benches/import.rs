//! How fast files of each format are read, without a model: `cargo bench --bench import`.
//!
//! Bytes a second are those of the file, packed where the format is.

mod made;

use caesura::import::{ImportSettings, import_each};
use divan::Bencher;
use divan::counter::BytesCount;

/// How large the files are, before they are packed.
const SIZE_BYTES: usize = 4_000_000;

fn main() {
    divan::main();
}

#[divan::bench(args = made::FORMATS, sample_count = 5, sample_size = 1)]
fn import(bencher: Bencher<'_, '_>, format: &str) {
    let file = made::file(format, SIZE_BYTES);
    let name = format!("a.{format}");
    bencher.counter(BytesCount::of_slice(&file)).bench_local(|| {
        let mut n_documents = 0;
        import_each(&file, &name, &ImportSettings::default(), &mut |part| {
            n_documents += u32::from(part.document.is_ok());
            Ok(())
        })
        .expect("the file is read");
        assert_ne!(n_documents, 0);
    });
}
