//! The catalogue that is embedded in the program, read and checked at build time, and overlays over it.

use std::path::PathBuf;

use clawsift_catalogue::{
    Background, Catalogue, Loader, Location, Problem, ProblemCode, Problems, RuleFile, is_rule_file,
    read_rules,
};

use super::kept::Kept;

/// The rules of `rules/`, as `build.rs` has read them.
static COMPILED: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/catalogue.bin"));

/// Rule files of fewer bytes in all are read again each time, sooner than they would be found.
const WORTH_KEEPING: usize = 256 << 10;

/// What healthy logs say, as `build.rs` has counted it.
pub static BACKGROUND: Background =
    Background::counted(include_bytes!(concat!(env!("OUT_DIR"), "/background.bin")));

/// Which rules to load.
#[derive(Debug, Clone, Default)]
pub struct Layers {
    /// Leave the embedded catalogue out.
    pub no_default_rules: bool,
    /// Files, or folders of `*.yaml` files, that lie over the embedded catalogue; an equal id replaces a rule.
    pub overlays: Vec<PathBuf>,
    /// Ids of rules to leave out.
    pub disable: Vec<String>,
    /// The folder where catalogues of many rules are kept from one run to the next, if they are.
    pub kept_in: Option<PathBuf>,
}

/// The folder of the user's own rules, `clawsift/rules` where the system keeps settings, if it holds any.
pub fn user_rules() -> Option<PathBuf> {
    let folder = |name| std::env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
    let settings = folder("XDG_CONFIG_HOME").or_else(|| Some(folder("HOME")?.join(".config")))?;
    let own = settings.join("clawsift/rules");
    // A folder without rules is as good as none.
    let mut entries = std::fs::read_dir(&own).ok()?.flatten();
    entries.any(|entry| is_rule_file(&entry.path())).then_some(own)
}

impl Layers {
    /// Where the catalogue of these files is kept, if that is worth it.
    fn kept(&self, files: &[Result<Vec<RuleFile>, Problem>]) -> Option<Kept<'_>> {
        let folder = self.kept_in.as_deref()?;
        let layers: Vec<usize> = files.iter().flatten().map(Vec::len).collect();
        let files: Vec<&RuleFile> = files.iter().flatten().flatten().collect();
        if files.iter().map(|file| file.text.len()).sum::<usize>() < WORTH_KEEPING {
            return None;
        }
        // Everything that the catalogue depends on; the embedded rules also tell one version of the program from another.
        let options = format!("{} {} {:?} {layers:?}", today(), self.no_default_rules, self.disable);
        let texts = files.iter().flat_map(|file| [file.file.as_bytes(), file.text.as_bytes()]);
        Some(Kept::new(folder, [COMPILED, options.as_bytes()].into_iter().chain(texts)))
    }
}

fn today() -> String {
    jiff::Zoned::now().date().to_string()
}

/// The rules that were embedded at build time.
///
/// # Errors
/// None, but for a program that was built wrong.
pub fn embedded() -> Result<Catalogue, Problems> {
    postcard::from_bytes(COMPILED).map_err(|error| {
        let place = Location { file: "the embedded catalogue".to_owned(), line: 0, column: 0 };
        let expected = "a program that was built from clean sources";
        Problems(vec![Problem::new(ProblemCode::UnreadableFile, &place, error.to_string(), expected)])
    })
}

/// The embedded rules, then each overlay over them, less the disabled ones.
///
/// # Errors
/// Every fault found in any of the files, with its file, line and column.
pub fn load(layers: &Layers) -> Result<Catalogue, Problems> {
    if layers.overlays.is_empty() && layers.disable.is_empty() && !layers.no_default_rules {
        return embedded();
    }
    let files: Vec<_> = layers.overlays.iter().map(|path| read_rules(path)).collect();
    let kept = layers.kept(&files);
    if let Some(catalogue) = kept.as_ref().and_then(Kept::read) {
        return Ok(catalogue);
    }
    let mut base = embedded()?;
    if layers.no_default_rules {
        // The groups stay: rules of one's own may name them, too.
        base = base.without_rules();
    }
    let mut loader = Loader::new(&BACKGROUND);
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
    // What changes nothing any more is told by each run.
    if let Some(kept) = kept.filter(|_| catalogue.idle_overrides().is_empty()) {
        kept.write(&catalogue);
    }
    Ok(catalogue)
}

/// The rules of some files over the embedded ones, unless `no_default_rules` leaves these out.
///
/// # Errors
/// Every fault found in any of the files, with its file, line and column.
pub fn over(files: &[RuleFile], no_default_rules: bool) -> Result<Catalogue, Problems> {
    let base = embedded()?;
    let mut loader = Loader::new(&BACKGROUND);
    loader.today(today());
    loader.begin(if no_default_rules { base.without_rules() } else { base });
    loader.layer(files.iter().cloned());
    loader.finish()
}

/// A catalogue and, over it, the rules of one file's text, named `name` in messages.
///
/// # Errors
/// Every fault found in the text.
pub fn overlaid(catalogue: Catalogue, name: &str, text: &str) -> Result<Catalogue, Problems> {
    let mut loader = Loader::new(&BACKGROUND);
    loader.begin(catalogue);
    loader.layer([RuleFile::new(name, text)]);
    loader.finish()
}

/// The rules of one file's text, named `name` in messages. For tests and tools.
///
/// # Errors
/// Every fault found in the text.
pub fn from_text(name: &str, text: &str) -> Result<Catalogue, Problems> {
    let mut loader = Loader::new(&BACKGROUND);
    loader.layer([RuleFile::new(name, text)]);
    loader.finish()
}
