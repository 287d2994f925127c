//! A log that is being watched: as a screen, and line by line where there is none.

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
