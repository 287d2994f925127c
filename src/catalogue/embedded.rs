//! The embedded catalogue, which is compiled and checked at build time, and the overlays on it.

use std::path::PathBuf;

use clawsift_catalogue::{
    Catalogue, Loader, Location, Problem, ProblemCode, Problems, RuleFile, TrigramFrequencies, is_rule_file,
    read_rules,
};

use super::cache::CacheEntry;

/// The rules of `rules/`, compiled by `build.rs`.
static COMPILED: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/catalogue.bin"));

/// Minimum total length in bytes of rule files whose catalogue is cached. Smaller ones are parsed faster than the cache is read.
const WORTH_KEEPING: usize = 256 << 10;

/// Trigram frequencies of healthy logs, counted by `build.rs`.
pub static TRIGRAM_FREQUENCIES: TrigramFrequencies =
    TrigramFrequencies::counted(include_bytes!(concat!(env!("OUT_DIR"), "/background.bin")));

/// The rules to load.
#[derive(Debug, Clone, Default)]
pub struct Layers {
    /// Leaves out the embedded catalogue.
    pub no_default_rules: bool,
    /// Files, or folders of `*.yaml` files, that overlay the embedded catalogue; a rule with an equal id is replaced.
    pub overlays: Vec<PathBuf>,
    /// Ids of rules to disable.
    pub disable: Vec<String>,
    /// The folder that caches catalogues of many rules between runs; `None` for no cache.
    pub kept_in: Option<PathBuf>,
}

/// Returns the folder of the user's rules, `clawsift/rules` in the system's configuration folder; `None` if it holds no rules.
pub fn user_rules() -> Option<PathBuf> {
    let folder = |name| std::env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
    let settings = folder("XDG_CONFIG_HOME").or_else(|| Some(folder("HOME")?.join(".config")))?;
    let own = settings.join("clawsift/rules");
    // A folder without rules is ignored.
    let mut entries = std::fs::read_dir(&own).ok()?.flatten();
    entries.any(|entry| is_rule_file(&entry.path())).then_some(own)
}

impl Layers {
    /// Returns the cache entry for these files; `None` if caching is not worth it.
    fn kept(&self, files: &[Result<Vec<RuleFile>, Problem>]) -> Option<CacheEntry<'_>> {
        let folder = self.kept_in.as_deref()?;
        let layers: Vec<usize> = files.iter().flatten().map(Vec::len).collect();
        let files: Vec<&RuleFile> = files.iter().flatten().flatten().collect();
        if files.iter().map(|file| file.text.len()).sum::<usize>() < WORTH_KEEPING {
            return None;
        }
        // The key covers everything that the catalogue depends on; the embedded rules also identify the version of the program.
        let options = format!("{} {} {:?} {layers:?}", today(), self.no_default_rules, self.disable);
        let texts = files.iter().flat_map(|file| [file.file.as_bytes(), file.text.as_bytes()]);
        Some(CacheEntry::new(folder, [COMPILED, options.as_bytes()].into_iter().chain(texts)))
    }
}

fn today() -> String {
    jiff::Zoned::now().date().to_string()
}

/// Returns the rules that were embedded at build time.
///
/// # Errors
/// Only if the program was not built correctly.
pub fn embedded() -> Result<Catalogue, Problems> {
    postcard::from_bytes(COMPILED).map_err(|error| {
        let place = Location { file: "the embedded catalogue".to_owned(), line: 0, column: 0 };
        let expected = "a program that was built from clean sources";
        Problems(vec![Problem::new(ProblemCode::UnreadableFile, &place, error.to_string(), expected)])
    })
}

/// Loads the embedded rules and the overlays in order, and removes the disabled rules.
///
/// # Errors
/// Every fault in any of the files, with its file, line and column.
pub fn load(layers: &Layers) -> Result<Catalogue, Problems> {
    if layers.overlays.is_empty() && layers.disable.is_empty() && !layers.no_default_rules {
        return embedded();
    }
    let files: Vec<_> = layers.overlays.iter().map(|path| read_rules(path)).collect();
    let kept = layers.kept(&files);
    if let Some(catalogue) = kept.as_ref().and_then(CacheEntry::read) {
        return Ok(catalogue);
    }
    let mut base = embedded()?;
    if layers.no_default_rules {
        // The shared groups stay, because the user's rules may refer to them.
        base = base.without_rules();
    }
    let mut loader = Loader::new(&TRIGRAM_FREQUENCIES);
    loader.today(today());
    loader.begin(base);
    for file in files {
        match file {
            Ok(files) => loader.layer(files),
            Err(problem) => loader.fail(problem),
        }
    }
    loader.disable(&layers.disable);
    let catalogue = loader.finish()?;
    // Idle overrides must be reported by each run, so such a catalogue is not cached.
    if let Some(kept) = kept.filter(|_| catalogue.idle_overrides().is_empty()) {
        kept.write(&catalogue);
    }
    Ok(catalogue)
}

/// Loads the rules of some files on top of the embedded ones, or alone with `no_default_rules`.
///
/// # Errors
/// Every fault in any of the files, with its file, line and column.
pub fn over(files: &[RuleFile], no_default_rules: bool) -> Result<Catalogue, Problems> {
    let base = embedded()?;
    let mut loader = Loader::new(&TRIGRAM_FREQUENCIES);
    loader.today(today());
    loader.begin(if no_default_rules { base.without_rules() } else { base });
    loader.layer(files.iter().cloned());
    loader.finish()
}

/// Overlays a catalogue with the rules of one file's text, named `name` in messages.
///
/// # Errors
/// Every fault in the text.
pub fn overlaid(catalogue: Catalogue, name: &str, text: &str) -> Result<Catalogue, Problems> {
    let mut loader = Loader::new(&TRIGRAM_FREQUENCIES);
    loader.begin(catalogue);
    loader.layer([RuleFile::new(name, text)]);
    loader.finish()
}

/// Loads the rules of one file's text, named `name` in messages. For tests and tools.
///
/// # Errors
/// Every fault in the text.
pub fn from_text(name: &str, text: &str) -> Result<Catalogue, Problems> {
    let mut loader = Loader::new(&TRIGRAM_FREQUENCIES);
    loader.layer([RuleFile::new(name, text)]);
    loader.finish()
}
