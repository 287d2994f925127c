//! Embeds `rules/*.yaml` into the binary: writes a sorted list of (file name, text) pairs. Counts three letters in a row in
//! healthy logs, too, which tells rare words from common ones.

use std::error::Error;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs};

fn main() -> Result<(), Box<dyn Error>> {
    let root = PathBuf::from(env::var("CARGO_MANIFEST_DIR")?);
    let out = PathBuf::from(env::var("OUT_DIR")?);
    fs::write(out.join("trigrams.bin"), trigrams(&root)?)?;
    let rules = root.join("rules");
    println!("cargo::rerun-if-changed={}", rules.display());

    let mut files: Vec<PathBuf> =
        fs::read_dir(&rules)?.map(|entry| entry.map(|e| e.path())).collect::<Result<_, _>>()?;
    files.retain(|path| path.extension().is_some_and(|ext| ext == "yaml"));
    files.sort();

    let mut list = String::from("&[\n");
    for path in &files {
        println!("cargo::rerun-if-changed={}", path.display());
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        writeln!(list, "    ({:?}, include_str!({:?})),", format!("rules/{name}"), path)?;
    }
    list.push_str("]\n");

    fs::write(out.join("embedded_rules.rs"), list)?;
    Ok(())
}

include!("src/engine/fold.rs");

/// Logs of which nothing is wrong.
const HEALTHY: [&str; 4] = [
    "ok-anthropic/logs-plain.txt",
    "ok-debug/file.log",
    "ok-offline-catalog/file.log",
    "quiet/logs-plain.txt",
];

/// For each three folded characters: their number in a million bytes of healthy logs, as a power of two; 0 for none.
fn trigrams(root: &Path) -> Result<Vec<u8>, Box<dyn Error>> {
    let mut counts = vec![0_u64; 1 << 15];
    let mut bytes = 0;
    for log in HEALTHY {
        let path = root.join("fixtures/logs").join(log);
        println!("cargo::rerun-if-changed={}", path.display());
        let text = fs::read(path)?;
        bytes += text.len() as u64;
        for window in text.windows(3) {
            let index = window.iter().fold(0, |index, byte| index << 5 | usize::from(fold(*byte)));
            counts[index] += 1;
        }
    }
    let power = |count: u64| 64 - (count * 1_000_000 / bytes).leading_zeros();
    counts.into_iter().map(|count| Ok(u8::try_from(power(count))?)).collect()
}
