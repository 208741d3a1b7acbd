//! Tells the program its version and commit, and gives the Windows binaries their icon and manifest.
//!
//! Reads only files of this checkout: no network, no code generation.

use std::path::Path;

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    let commit = commit().map_or_else(String::new, |commit| format!(" ({commit})"));
    println!("cargo:rustc-env=CAESURA_LONG_VERSION={}{commit}", env!("CARGO_PKG_VERSION"));
    #[cfg(windows)]
    windows_resources();
}

/// Returns the first ten digits of the commit this checkout stands at, or nothing outside of a checkout.
fn commit() -> Option<String> {
    let git = Path::new(".git");
    let head = std::fs::read_to_string(git.join("HEAD")).ok()?;
    // Only of what is there: a missing file counts as changed at every build.
    println!("cargo:rerun-if-changed=.git/HEAD");
    let hash = match head.strip_prefix("ref: ") {
        Some(reference) => {
            let reference = reference.trim();
            if git.join(reference).exists() {
                println!("cargo:rerun-if-changed=.git/{reference}");
            }
            std::fs::read_to_string(git.join(reference)).ok().or_else(|| packed(git, reference))?
        }
        None => head,
    };
    hash.trim().get(..10).map(str::to_owned)
}

/// Returns the commit of `reference` from the packed references, where git moves the ones that seldom change.
fn packed(git: &Path, reference: &str) -> Option<String> {
    let packed = std::fs::read_to_string(git.join("packed-refs")).ok()?;
    let line = packed.lines().find(|line| line.split(' ').nth(1) == Some(reference))?;
    line.split(' ').next().map(str::to_owned)
}

#[cfg(windows)]
fn windows_resources() {
    println!("cargo:rerun-if-changed=assets/icon/caesura.ico");
    let mut resources = winresource::WindowsResource::new();
    resources.set_icon("assets/icon/caesura.ico");
    resources.set_manifest_file("assets/icon/caesura.manifest");
    resources.compile().expect("compile the icon and the manifest into the binary");
}
