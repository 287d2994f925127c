//! Checks the layers of `src/`: a file uses only its own layer and the ones above it, and no two files use each other.
//!
//! The test reads every `use` declaration and every path of the sources, outside `#[cfg(test)]`, and follows re-exports to the
//! file that defines the name. A `mod.rs` or `lib.rs` that only declares and re-exports is no file in this graph. There is no
//! list of exceptions: where two files need the same thing, it belongs into a third one.

mod tokens;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use tokens::{Token, closing, find, is_name, tokens, without_tests};

/// The layers in the order of the data. A layer may use itself and the layers before it.
const LAYERS: &[&str] = &[
    "ci_commands",
    "block",
    "hash",
    "redact",
    "openclaw",
    "personal_names",
    "catalogue",
    "source",
    "record",
    "engine",
    "classify",
    "report::incidents",
    "report::tally",
    "report::findings",
    "report::diff",
    "report::merge",
    "scan",
    "watch",
    "tooling",
    "render",
    "mcp",
    "cli",
];

/// A module path from the crate's root, such as `["report", "tally"]`.
type ModulePath = Vec<String>;

/// One source file.
#[derive(Debug, Default)]
struct File {
    /// Names that it defines at its top level, modules not included.
    defines: BTreeSet<String>,
    /// Child modules, declared with `mod name;`.
    children: BTreeSet<String>,
    /// Names of its `use` declarations.
    imports: Vec<Import>,
    /// Paths in its code that begin with a name and `::`, as written.
    paths: Vec<Vec<String>>,
    /// It takes in names that `build.rs` has generated.
    is_generated: bool,
    /// Every name in its code outside `use` declarations.
    mentions: BTreeSet<String>,
}

/// One name of a `use` declaration.
#[derive(Debug, Clone)]
struct Import {
    path: Vec<String>,
    /// The name in this file; `*` for a glob import.
    name: String,
    /// `pub use`, which alone is no use of the other file.
    is_reexport: bool,
}

#[derive(Default)]
struct Sources {
    files: BTreeMap<ModulePath, File>,
}

/// Meaning of a path.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Target {
    /// A name of this crate, defined in the file of that module.
    Defined(ModulePath),
    /// A module itself.
    Module(ModulePath),
    /// Another crate, or a name of the file's own.
    Foreign,
}

#[test]
fn no_file_uses_a_layer_below_its_own() {
    let sources = Sources::read();
    let faults: Vec<String> = sources
        .edges()
        .into_iter()
        .flat_map(|(user, used)| used.into_iter().map(move |used| (user.clone(), used)))
        .filter(|(user, used)| layer(user) < layer(used))
        .map(|(user, used)| format!("{} uses {}", user.join("::"), used.join("::")))
        .collect();
    assert!(faults.is_empty(), "against the order of the layers:\n{}", faults.join("\n"));
}

#[test]
fn no_files_use_each_other_in_a_circle() {
    let edges = Sources::read().edges();
    let circles: Vec<String> = circles(&edges)
        .into_iter()
        .map(|files| {
            let inner = files.iter().flat_map(|user| {
                let used = edges[user].iter().filter(|used| files.contains(*used));
                used.map(|used| format!("  {} uses {}", user.join("::"), used.join("::")))
            });
            inner.collect::<Vec<_>>().join("\n")
        })
        .collect();
    assert!(circles.is_empty(), "{} circles:\n{}", circles.len(), circles.join("\n\n"));
}

#[test]
fn the_reader_knows_each_way_to_use_a_file() {
    let sources = Sources::of(&[
        (&[], "mod low; pub mod high; pub use low::{Leaf, Other as Another};"),
        (&["low"], "pub struct Leaf; pub struct Other; pub fn help() {}"),
        (&["high"], "mod one; mod two; mod three; pub use one::One; fn f() { two::two(); }"),
        (&["high", "one"], "use crate::{Another, low}; pub struct One(Another); fn f() { low::help(); }"),
        (&["high", "two"], "use super::One; pub fn two() { let _: One = crate::low::help(); }"),
        (
            &["high", "three"],
            "// use crate::low::Leaf;\nconst A: &str = \"crate::low\";\n#[cfg(test)]\nmod tests { use super::super::two::two; }",
        ),
    ]);
    let edges = sources.edges();
    let used =
        |path: &[&str]| -> Vec<String> { edges[&owned(path)].iter().map(|used| used.join("::")).collect() };
    assert_eq!(used(&["high"]), ["high::two"]);
    assert_eq!(used(&["high", "one"]), ["low"]);
    assert_eq!(used(&["high", "two"]), ["high::one", "low"]);
    assert!(used(&["high", "three"]).is_empty() && used(&["low"]).is_empty());
    assert!(!edges.contains_key(&owned(&[])), "a file that only re-exports is not in the graph");
    assert!(circles(&edges).is_empty());
    let circle = Sources::of(&[
        (&[], "mod a;"),
        (&["a"], "mod b; pub struct Shared; fn f() { b::b() }"),
        (&["a", "b"], "use super::Shared; pub fn b() -> Shared { Shared }"),
    ]);
    assert_eq!(circles(&circle.edges()), [BTreeSet::from([owned(&["a"]), owned(&["a", "b"])])]);
}

/// Returns the index of a module's layer in the order.
fn layer(module: &[String]) -> usize {
    let name = module.join("::");
    let is_in = |layer: &str| name == layer || name.starts_with(&format!("{layer}::"));
    LAYERS.iter().position(|layer| is_in(layer)).unwrap_or_else(|| panic!("{name} is in no layer"))
}

fn owned(path: &[&str]) -> ModulePath {
    path.iter().map(|name| (*name).to_owned()).collect()
}

impl Sources {
    /// The sources of the library.
    fn read() -> Self {
        let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
        let mut sources = Self::default();
        sources.read_module(Vec::new(), &src.join("lib.rs"), &src);
        sources
    }

    /// Reads the file of a module, whose children are in `folder`, and these.
    fn read_module(&mut self, module: ModulePath, path: &Path, folder: &Path) {
        let text = fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let file = File::parse(&text);
        for child in &file.children {
            let inner = folder.join(child);
            let candidates: [PathBuf; 2] = [folder.join(format!("{child}.rs")), inner.join("mod.rs")];
            let path = candidates.iter().find(|path| path.exists());
            let path = path.unwrap_or_else(|| panic!("{}: no file of `mod {child}`", folder.display()));
            let child = [module.clone(), vec![child.clone()]].concat();
            self.read_module(child, path, &inner);
        }
        self.files.insert(module, file);
    }

    fn of(files: &[(&[&str], &str)]) -> Self {
        Self { files: files.iter().map(|(module, text)| (owned(module), File::parse(text))).collect() }
    }

    /// The files that each file uses. Files that only declare and re-export are left out.
    fn edges(&self) -> BTreeMap<ModulePath, BTreeSet<ModulePath>> {
        let real = self.files.iter().filter(|(_, file)| file.is_generated || !file.only_reexports());
        let edges = real.map(|(module, file)| {
            let imported = file.imports.iter().filter(|import| file.uses(import)).map(|import| &import.path);
            let mut used: BTreeSet<ModulePath> =
                imported.chain(&file.paths).filter_map(|path| self.used_by(module, path)).collect();
            used.remove(module);
            (module.clone(), used)
        });
        edges.collect()
    }

    /// The file that a path in a file leads to, if it is one of this crate.
    fn used_by(&self, module: &[String], path: &[String]) -> Option<ModulePath> {
        match self.resolve(module, path, 0) {
            Target::Defined(file) => Some(file),
            // An imported module is used by the paths that begin with its name.
            Target::Module(_) | Target::Foreign => None,
        }
    }

    /// Follows a path from a module.
    fn resolve(&self, from: &[String], path: &[String], depth: usize) -> Target {
        assert!(depth < 16, "{} re-exports in a circle: {}", from.join("::"), path.join("::"));
        let mut at = from.to_vec();
        let mut rest = path;
        match path.first().map(String::as_str) {
            Some("crate") => (at, rest) = (Vec::new(), &path[1..]),
            Some("self") => rest = &path[1..],
            Some("super") => {}
            Some(first) => {
                let file = &self.files[from];
                let is_own = file.children.contains(first) || file.imported(first).is_some();
                if !is_own {
                    return Target::Foreign;
                }
            }
            None => return Target::Foreign,
        }
        while let Some((name, after)) = rest.split_first() {
            let file = &self.files[&at];
            if name == "super" {
                at.pop();
            } else if name == "*" {
                panic!("{} imports everything of {}", from.join("::"), at.join("::"));
            } else if file.children.contains(name) {
                at.push(name.clone());
            } else if file.defines.contains(name) {
                return Target::Defined(at);
            } else if let Some(import) = file.imported(name) {
                return match self.resolve(&at, &import.path, depth + 1) {
                    Target::Module(module) if !after.is_empty() => {
                        let absolute = [vec!["crate".to_owned()], module, after.to_vec()].concat();
                        self.resolve(&at, &absolute, depth + 1)
                    }
                    target => target,
                };
            } else if file.is_generated {
                return Target::Defined(at);
            } else if at == from && depth == 0 && path[0] != "super" && path[0] != "crate" {
                return Target::Foreign;
            } else {
                panic!("{}: `{}` is not defined in {}", from.join("::"), path.join("::"), at.join("::"));
            }
            rest = after;
        }
        Target::Module(at)
    }
}

impl File {
    fn parse(text: &str) -> Self {
        let tokens = without_tests(tokens(text));
        let mut file = Self::default();
        file.read(&tokens);
        file
    }

    fn only_reexports(&self) -> bool {
        self.defines.is_empty() && self.paths.is_empty()
    }

    /// Returns true if an import is more than a name passed on.
    fn uses(&self, import: &Import) -> bool {
        !import.is_reexport || self.mentions.contains(&import.name)
    }

    fn imported(&self, name: &str) -> Option<&Import> {
        self.imports.iter().find(|import| import.name == name)
    }

    fn read(&mut self, tokens: &[Token]) {
        let (mut at, mut depth) = (0, 0_usize);
        let mut is_public = false;
        let mut is_impl = false;
        while at < tokens.len() {
            let next = tokens.get(at + 1).map(String::as_str);
            match tokens[at].as_str() {
                "use" if next != Some("<") => {
                    let end = find(tokens, at, ";");
                    let mut paths = Vec::new();
                    use_tree(&tokens[at + 1..end], &mut Vec::new(), &mut paths);
                    self.imports.extend(paths.into_iter().map(|(path, name)| Import {
                        path,
                        name,
                        is_reexport: is_public,
                    }));
                    at = end;
                }
                "mod" if depth == 0 && tokens.get(at + 2).is_some_and(|t| t == ";") => {
                    self.children.extend(next.map(str::to_owned));
                    at += 2;
                }
                "impl" if depth == 0 => is_impl = true,
                "struct" | "enum" | "trait" | "type" | "const" | "static" | "fn" | "union" | "mod"
                    if depth == 0 && !is_impl =>
                {
                    let name = tokens[at + 1..].iter().find(|t| *t != "mut" && *t != "fn" && *t != "unsafe");
                    self.defines.extend(name.filter(|name| is_name(name)).cloned());
                }
                "include" if depth == 0 => self.is_generated = true,
                "macro_rules" if depth == 0 => self.defines.extend(tokens.get(at + 2).cloned()),
                "{" => depth += 1,
                "}" => {
                    depth = depth.saturating_sub(1);
                    is_impl &= depth > 0;
                }
                _ => {}
            }
            // `pub` and `pub(...)` belong to what follows; a path in the parentheses is no use.
            if tokens[at] == "pub" {
                is_public = true;
                if next == Some("(")
                    && tokens.get(at + 2).is_some_and(|t| t == "crate" || t == "super" || t == "in")
                {
                    at = find(tokens, at, ")");
                }
            } else if at < tokens.len() {
                is_public = false;
                if is_name(&tokens[at]) && (at == 0 || tokens[at - 1] != "::") {
                    at = self.read_path(tokens, at);
                }
            }
            at += 1;
        }
    }

    /// Reads the path that begins at a name; returns the index of its last token.
    fn read_path(&mut self, tokens: &[Token], start: usize) -> usize {
        let mut path = vec![tokens[start].clone()];
        let mut at = start;
        while tokens.get(at + 1).is_some_and(|t| t == "::") && tokens.get(at + 2).is_some_and(|t| is_name(t))
        {
            path.push(tokens[at + 2].clone());
            at += 2;
        }
        self.mentions.insert(path[0].clone());
        if path.len() > 1 {
            self.paths.push(path);
        }
        at
    }
}

/// The paths of a `use` declaration, each with the name that it gets.
fn use_tree(tokens: &[Token], prefix: &mut Vec<String>, found: &mut Vec<(Vec<String>, String)>) {
    let before = prefix.len();
    let mut at = 0;
    while at < tokens.len() {
        match tokens[at].as_str() {
            "::" => {}
            "{" => {
                let end = closing(tokens, at);
                for branch in branches(&tokens[at + 1..end]) {
                    use_tree(branch, prefix, found);
                }
                prefix.truncate(before);
                return;
            }
            "as" => {
                found.push((prefix.clone(), tokens[at + 1].clone()));
                prefix.truncate(before);
                return;
            }
            name => prefix.push(name.to_owned()),
        }
        at += 1;
    }
    let mut path = prefix.clone();
    path.pop_if(|last| last == "self");
    if let Some(name) = path.last().cloned() {
        found.push((path, name));
    }
    prefix.truncate(before);
}

/// The branches of a list in braces.
fn branches(tokens: &[Token]) -> Vec<&[Token]> {
    let (mut branches, mut depth, mut start) = (Vec::new(), 0, 0);
    for (at, token) in tokens.iter().enumerate() {
        match token.as_str() {
            "{" => depth += 1,
            "}" => depth -= 1,
            "," if depth == 0 => {
                branches.push(&tokens[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    branches.push(&tokens[start..]);
    branches.retain(|branch| !branch.is_empty());
    branches
}

/// The groups of files that use each other in a circle.
fn circles(edges: &BTreeMap<ModulePath, BTreeSet<ModulePath>>) -> Vec<BTreeSet<ModulePath>> {
    let reaches: BTreeMap<&ModulePath, BTreeSet<&ModulePath>> =
        edges.keys().map(|file| (file, reached(edges, file))).collect();
    let mut circles: Vec<BTreeSet<ModulePath>> = Vec::new();
    for (file, reached) in &reaches {
        if circles.iter().any(|circle| circle.contains(*file)) {
            continue;
        }
        let circle: BTreeSet<ModulePath> = reached
            .iter()
            .filter(|other| reaches[**other].contains(file))
            .map(|other| (*other).clone())
            .collect();
        if circle.len() > 1 {
            circles.push(circle);
        }
    }
    circles
}

/// The files that a file uses, and those that these use, and so on.
fn reached<'e>(
    edges: &'e BTreeMap<ModulePath, BTreeSet<ModulePath>>,
    file: &'e ModulePath,
) -> BTreeSet<&'e ModulePath> {
    let mut reached = BTreeSet::new();
    let mut waiting = vec![file];
    while let Some(next) = waiting.pop() {
        waiting.extend(edges[next].iter().filter(|used| reached.insert(*used)));
    }
    reached
}
