//! A log that is being watched: as a screen, and line by line where there is none.

mod lines;
mod pane;
mod screen;
mod view;

#[cfg(test)]
mod tests;

pub use lines::{change_json, change_line, end_json, event_json};
pub use screen::draw;
pub use view::{LiveView, Pane};
