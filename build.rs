//! Embeds `rules/*.yaml` into the binary: writes a sorted list of (file name, text) pairs.

use std::error::Error;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs};

fn main() -> Result<(), Box<dyn Error>> {
    let rules = Path::new(&env::var("CARGO_MANIFEST_DIR")?).join("rules");
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

    let out = Path::new(&env::var("OUT_DIR")?).join("embedded_rules.rs");
    fs::write(out, list)?;
    Ok(())
}
