//! OpenClaw's own vocabulary, each list once: channels, subsystems, and the sentences of info records that mean something.
//!
//! The lists are in `rules/openclaw.yaml`, which rules use as well. `build.rs` turns them into constants.

mod lists;
mod sentences;
mod subsystems;

pub(crate) use lists::{
    ATTEMPT_ENDED, CHANNELS, CONFIG_RELOADED, DEFAULT_MODEL, ERROR_REPLIES, EXIT_LINES, FAILING_INFO,
    GATEWAY_ADDRESS, GATEWAY_ANSWERS, GATEWAY_STARTED, GATEWAY_SUBSYSTEMS, LAST_WORDS, LOG_FILE,
    LOST_RECORDS, MODEL_FALLBACK, RUN_ENDED, RUN_EVENTS, RUN_STARTED, RUN_SUBSYSTEMS,
};
pub(crate) use sentences::{
    after, ends_run, info_openings, info_parts, port_of_address, reports_channel_up, reports_failed_run,
    reports_run, reports_truncation, tells_of_run, version,
};
pub(crate) use subsystems::{
    MAX_LABELS, background_task, channel_of, full_name, is_channel, is_label, relays,
};
