//! The word lists of `rules/openclaw.yaml` are nowhere repeated.

use std::fs;
use std::path::{Path, PathBuf};

use clawsift::catalogue;

/// Number of different words of one list in a row that make a repetition.
const REPETITION: usize = 6;

#[test]
fn no_list_of_openclaws_words_is_repeated() {
    let catalogue = catalogue::embedded().expect("rules");
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files = Vec::new();
    for folder in ["src", "crates", "build", "rules"] {
        collect(&root.join(folder), &mut files);
    }
    // Concepts hold the words of people, such as `microsoft teams`, and not the names of subsystems that are ordinary words.
    files.retain(|file| !file.ends_with("rules/openclaw.yaml") && !file.ends_with("rules/concepts.yaml"));
    assert!(files.len() > 200, "{}", files.len());
    let lists = catalogue.lists();
    assert!(lists["channels"].len() > 20);
    let mut faults = Vec::new();
    for file in files {
        let text = fs::read_to_string(&file).expect("a source file");
        for (name, list) in lists.iter().filter(|(_, list)| list.len() >= REPETITION) {
            if let Some(run) = repetition(&text, list) {
                faults.push(format!("{}: {} ({name})", file.display(), run.join(" ")));
            }
        }
    }
    assert!(faults.is_empty(), "use the list of rules/openclaw.yaml:\n{}", faults.join("\n"));
}

#[test]
fn a_repetition_is_found_in_code_and_in_expressions() {
    let list: Vec<String> = ["a", "b", "c", "d", "e", "f", "g-h"].map(str::to_owned).into();
    assert!(repetition(r#"const X: [&str; 6] = ["a", "b", "c", "g-h", "e", "f"];"#, &list).is_some());
    assert!(repetition("regex: '(?:a|b|c|d|e|f)'", &list).is_some());
    assert!(repetition("a b a b a b a b", &list).is_none());
    assert!(repetition("a b c x d e f", &list).is_none());
}

/// Returns the first run of words that are all in the list, with enough different ones.
fn repetition<'t>(text: &'t str, list: &[String]) -> Option<Vec<&'t str>> {
    let words = text.split(|c: char| !c.is_alphanumeric() && c != '-').filter(|word| !word.is_empty());
    let mut run: Vec<&str> = Vec::new();
    for word in words {
        if !list.iter().any(|known| known == word) {
            run.clear();
        } else if !run.contains(&word) {
            run.push(word);
        }
        if run.len() >= REPETITION {
            return Some(run);
        }
    }
    None
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            collect(&path, files);
        } else if path.extension().is_some_and(|ending| ending == "rs" || ending == "yaml") {
            files.push(path);
        }
    }
}
