//! Output of a watch: as a full screen, or line by line without a terminal.

mod lines;
#[cfg(feature = "tui")]
mod pane;
#[cfg(feature = "tui")]
mod screen;
#[cfg(feature = "tui")]
mod view;

#[cfg(test)]
#[cfg(feature = "tui")]
mod tests;

pub use lines::{change_json, change_line, end_json, event_json};
#[cfg(feature = "tui")]
pub use screen::draw;
#[cfg(feature = "tui")]
pub use view::{LiveView, Pane};
