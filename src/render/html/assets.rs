//! Style sheet and scripts of the page.

pub(super) const STYLE: &str = include_str!("style.css");
/// Scripts in load order: the second uses the first.
pub(super) const SCRIPTS: [&str; 2] = [include_str!("timeline.js"), include_str!("script.js")];
