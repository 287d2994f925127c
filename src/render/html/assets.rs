//! The style and scripts of the page.

pub(super) const STYLE: &str = include_str!("style.css");
/// In this order: the second uses the first.
pub(super) const SCRIPTS: [&str; 2] = [include_str!("timeline.js"), include_str!("script.js")];
