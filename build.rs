//! Compiles `rules/*.yaml` into a binary form that loads fast, counts the trigrams of healthy logs, which separate rare words
//! from common ones, and compiles the table of token formats.

use std::collections::BTreeMap;
use std::error::Error;
use std::path::{Path, PathBuf};
use std::{env, fs};

use clawsift_catalogue::{Loader, RuleFile, TrigramFrequencies, read_rules};

#[path = "build/token_forms.rs"]
mod token_forms;

/// Logs without failures.
const HEALTHY: [&str; 4] = [
    "ok-anthropic/logs-plain.txt",
    "ok-debug/file.log",
    "ok-offline-catalog/file.log",
    "quiet/logs-plain.txt",
];

fn main() -> Result<(), Box<dyn Error>> {
    let root = PathBuf::from(env::var("CARGO_MANIFEST_DIR")?);
    let out = PathBuf::from(env::var("OUT_DIR")?);
    for input in ["build.rs", "build", "rules", "src/redact/tokens.yaml"] {
        println!("cargo::rerun-if-changed={}", root.join(input).display());
    }

    let mut logs = Vec::new();
    for log in HEALTHY {
        let path = root.join("fixtures/logs").join(log);
        println!("cargo::rerun-if-changed={}", path.display());
        logs.push(fs::read(path)?);
    }
    let background = TrigramFrequencies::count(&logs);
    fs::write(out.join("background.bin"), background.powers())?;

    let mut loader = Loader::new(&background);
    loader.layer(rule_files(&root.join("rules"))?);
    let catalogue = loader.finish().map_err(|problems| problems.to_string())?;
    fs::write(out.join("catalogue.bin"), postcard::to_stdvec(&catalogue)?)?;

    fs::write(out.join("openclaw.rs"), openclaw_lists(catalogue.lists()))?;

    let tokens = fs::read_to_string(root.join("src/redact/tokens.yaml"))?;
    fs::write(out.join("tokens.rs"), token_forms::compile(&tokens)?)?;
    Ok(())
}

/// Returns a constant per list of words.
fn openclaw_lists(lists: &BTreeMap<String, Vec<String>>) -> String {
    let constant = |(name, words): (&String, &Vec<String>)| {
        format!("pub(crate) const {}: [&str; {}] = {words:?};\n", name.to_uppercase(), words.len())
    };
    lists.iter().map(constant).collect()
}

/// Reads the rule files of a folder and its code tables, named after the repository's folder.
fn rule_files(folder: &Path) -> Result<Vec<RuleFile>, Box<dyn Error>> {
    let files = read_rules(folder).map_err(|problem| problem.to_string())?;
    let named = |RuleFile { file, text }| {
        let name = Path::new(&file).strip_prefix(folder)?.to_string_lossy().replace('\\', "/");
        Ok(RuleFile::new(format!("rules/{name}"), text))
    };
    files.into_iter().map(named).collect()
}
