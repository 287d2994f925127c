//! The lifecycle event after which a failure began.

use jiff::{SignedDuration, Timestamp};
#[cfg(feature = "schema")]
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::classify::LifecycleKind;
use crate::report::incidents::LifecycleEvent;

/// The gateway's lifecycle event (start, reload, update) after which a failure began.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
pub struct Began {
    /// Seconds between that event and the first incident.
    pub seconds: i64,
    /// The last lifecycle event before the first incident.
    pub after: LifecycleKind,
    /// The version running at that time, if the log shows an update to it and no incident came before the update.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since_version: Option<String>,
}

impl Began {
    /// Returns the time between the event and the first incident.
    pub fn span(&self) -> SignedDuration {
        SignedDuration::from_secs(self.seconds)
    }
}

/// Returns the last lifecycle event of `gateway` before `first_seen`. `marks` must be in order of time.
pub(crate) fn began(marks: &[LifecycleEvent], gateway: &str, first_seen: Timestamp) -> Option<Began> {
    let before = || marks.iter().filter(|mark| mark.gateway == gateway && mark.time <= first_seen);
    let last = before().rfind(|mark| !matches!(mark.what, LifecycleKind::Version(_)));
    let versions: Vec<(&LifecycleEvent, &String)> = before()
        .filter_map(|mark| match &mark.what {
            LifecycleKind::Version(version) => Some((mark, version)),
            _ => None,
        })
        .collect();
    // The first version that a log names may have been installed long before the log begins.
    let update = versions.windows(2).rfind(|pair| pair[0].1 != pair[1].1).map(|pair| pair[1]);
    let mark = last.or_else(|| update.map(|(mark, _)| mark))?;
    Some(Began {
        seconds: first_seen.duration_since(mark.time).as_secs(),
        after: mark.what.clone(),
        since_version: update.map(|(_, version)| version.clone()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mark(second: i64, what: LifecycleKind) -> LifecycleEvent {
        LifecycleEvent { time: at(second), what, gateway: "g".to_owned() }
    }

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).expect("a time")
    }

    #[test]
    fn the_latest_mark_before_the_beginning_counts() {
        let version = |text: &str| LifecycleKind::Version(text.to_owned());
        let marks = [
            mark(0, version("2026.8.1")),
            mark(1, LifecycleKind::GatewayStart),
            mark(100, version("2026.9.6")),
            mark(101, LifecycleKind::GatewayStart),
            mark(150, LifecycleKind::ConfigReload),
            mark(300, LifecycleKind::GatewayStart),
        ];
        let found = began(&marks, "g", at(160)).expect("a mark");
        assert_eq!((found.seconds, &found.after), (10, &LifecycleKind::ConfigReload));
        assert_eq!(found.since_version.as_deref(), Some("2026.9.6"));
        let early = began(&marks, "g", at(50)).expect("a mark");
        assert_eq!((early.seconds, early.since_version), (49, None));
        assert_eq!(began(&marks, "other", at(160)), None);
        assert_eq!(began(&marks, "g", at(-1)), None);
    }
}
