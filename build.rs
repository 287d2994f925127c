//! Compiles `rules/*.yaml` into the form that the program reads in a moment, and counts three letters in a row in healthy
//! logs, by which rare words are told from common ones; and compiles the table of token formats.

use std::error::Error;
use std::path::{Path, PathBuf};
use std::{env, fs};

/// What the program itself reads rules with.
#[allow(dead_code, unused_imports, missing_docs)]
#[path = "src/catalogue"]
mod catalogue {
    mod atoms;
    mod background;
    mod expressions;
    mod load;
    mod nearest;
    mod overlay;
    mod prefilter;
    mod problem;
    mod raw_file;
    mod rule;
    mod rule_file;
    mod signature;
    mod signature_kind;
    mod taxonomy;
    mod yaml_fault;

    pub use atoms::{AtomSet, MIN_ATOM};
    pub use background::{Background, TRIGRAMS, trigram};
    pub use load::{Catalogue, Loader};
    pub use prefilter::Prefilter;
    pub use problem::{Location, Problem, ProblemCode, Problems};
    pub use rule::{Evidence, Fix, LimitTable, Retired, Rule, Signature};
    pub use rule_file::RuleFile;
    pub use signature_kind::SignatureKind;
    pub use taxonomy::{Category, Severity};
}

#[allow(dead_code, missing_docs)]
#[path = "src/pattern.rs"]
mod pattern;

#[path = "build/token_forms.rs"]
mod token_forms;

/// Logs of which nothing is wrong.
const HEALTHY: [&str; 4] = [
    "ok-anthropic/logs-plain.txt",
    "ok-debug/file.log",
    "ok-offline-catalog/file.log",
    "quiet/logs-plain.txt",
];

fn main() -> Result<(), Box<dyn Error>> {
    let root = PathBuf::from(env::var("CARGO_MANIFEST_DIR")?);
    let out = PathBuf::from(env::var("OUT_DIR")?);
    for input in ["build.rs", "build", "rules", "src/catalogue", "src/pattern.rs", "src/redact/tokens.yaml"] {
        println!("cargo::rerun-if-changed={}", root.join(input).display());
    }

    let mut logs = Vec::new();
    for log in HEALTHY {
        let path = root.join("fixtures/logs").join(log);
        println!("cargo::rerun-if-changed={}", path.display());
        logs.push(fs::read(path)?);
    }
    let background = catalogue::Background::count(&logs);
    fs::write(out.join("background.bin"), background.powers())?;

    let mut loader = catalogue::Loader::new(&background);
    loader.layer(rule_files(&root.join("rules"))?);
    let catalogue = loader.finish().map_err(|problems| problems.to_string())?;
    fs::write(out.join("catalogue.bin"), postcard::to_stdvec(&catalogue)?)?;

    let tokens = fs::read_to_string(root.join("src/redact/tokens.yaml"))?;
    fs::write(out.join("tokens.rs"), token_forms::compile(&tokens)?)?;
    Ok(())
}

/// The rule files of a folder, sorted by name.
fn rule_files(folder: &Path) -> Result<Vec<catalogue::RuleFile>, Box<dyn Error>> {
    let mut files: Vec<PathBuf> =
        fs::read_dir(folder)?.map(|entry| entry.map(|e| e.path())).collect::<Result<_, _>>()?;
    files.retain(|path| path.extension().is_some_and(|ending| ending == "yaml"));
    files.sort();
    let read = |path: &PathBuf| {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        Ok(catalogue::RuleFile::new(format!("rules/{name}"), fs::read_to_string(path)?))
    };
    files.iter().map(read).collect()
}
