//! OpenClaw's own vocabulary, each list once: channels, subsystems, and the sentences of info records that mean something.
//!
//! The lists are in `rules/openclaw.yaml`, which rules use as well. `build.rs` turns them into constants.

mod sentences;
mod subsystems;

pub(crate) use sentences::*;
pub(crate) use subsystems::*;

/// The lists of `rules/openclaw.yaml`. Some are used by rules only.
#[allow(dead_code)]
mod lists {
    include!(concat!(env!("OUT_DIR"), "/openclaw.rs"));
}
