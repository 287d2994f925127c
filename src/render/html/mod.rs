//! HTML output: one self-contained page that needs no network, no other file, and no script for reading.
//!
//! Templates escape all values. A content security policy names the permitted scripts by hash, so text of a log that
//! evades the escaping still cannot run.

mod assets;
mod chart;
mod finding;
mod moment;
mod page;
mod prose;

use std::io;

use askama::Template;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};

use crate::report::Report;

use super::Style;
use super::digest::visible;
use assets::{SCRIPTS, STYLE};
use page::Page;

/// Returns the report as an HTML page.
pub(super) fn render(report: &Report, style: &Style) -> io::Result<String> {
    let page = Page::new(report, style, &policy())?.render().map_err(io::Error::other)?;
    Ok(neutralised(page.trim_start()))
}

/// Returns the content security policy, which allows only the page's own style sheet and scripts.
fn policy() -> String {
    format!(
        "default-src 'none'; script-src {}; style-src {}; base-uri 'none'; form-action 'none'; \
         require-trusted-types-for 'script'; trusted-types 'none'",
        SCRIPTS.map(source_hash).join(" "),
        source_hash(STYLE)
    )
}

fn source_hash(text: &str) -> String {
    format!("'sha256-{}'", STANDARD.encode(Sha256::digest(text)))
}

/// Makes characters visible that change the reading order or hide text. Log text is already clean; this covers file
/// names and third-party rules.
fn neutralised(page: &str) -> String {
    let mut page = visible(page);
    page.push('\n');
    page
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ci_commands::{Syntax, broken};

    #[test]
    fn a_hash_is_what_a_browser_computes() {
        assert_eq!(source_hash(""), "'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='");
    }

    #[test]
    fn templates_escape_all_but_the_page_s_own_parts() {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src/render/html");
        let templates = std::fs::read_dir(folder).expect("the folder").filter_map(|entry| {
            let path = entry.expect("a file").path();
            path.extension().is_some_and(|ending| ending == "html").then_some(path)
        });
        let all: String = templates.map(|path| std::fs::read_to_string(path).expect("a template")).collect();
        let mut unescaped: Vec<&str> = all
            .split("{{")
            .filter_map(|part| Some(part.split_once("}}")?.0))
            .filter(|e| e.contains('|'))
            .collect();
        unescaped.sort_unstable();
        assert_eq!(unescaped, [" data|safe ", " script|safe ", " style|safe "]);
    }

    #[test]
    fn nothing_in_style_and_script_is_neutralised() {
        for text in SCRIPTS.into_iter().chain([STYLE]) {
            assert_eq!(neutralised(text), text);
            assert_eq!(broken(text, Syntax::Markup), text, "its hash is that of the text as it is");
            assert!(!text.contains("</"), "an end tag would end the element early");
        }
    }
}
