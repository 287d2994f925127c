//! Arguments of the tools. Unknown or missing arguments and arguments of the wrong type are rejected, and the error
//! names the correct ones: a misspelt path must not lead to a scan of another log.

use std::path::PathBuf;
use std::sync::Arc;

use rmcp::handler::server::tool::{schema_for_input, schema_for_type};
use rmcp::model::JsonObject;
#[cfg(feature = "schema")]
use schemars::JsonSchema;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::catalogue::did_you_mean;

/// Arguments of `scan`.
#[derive(Debug, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[serde(deny_unknown_fields)]
pub(super) struct Scan {
    /// Files or folders of logs; default: OpenClaw's own logs on this machine. Paths outside OpenClaw's log folders are
    /// refused, unless the user has allowed them.
    #[serde(default)]
    pub paths: Vec<PathBuf>,
    /// One more file or folder of logs.
    #[serde(default)]
    pub path: Option<PathBuf>,
    /// Leave out what was over before: a time, a date, or a span back from the log's end such as `2h`.
    #[serde(default)]
    pub since: Option<String>,
    /// Leave out findings below: `info`, `warning`, `error` or `critical`.
    #[serde(default)]
    pub min_severity: Option<String>,
    /// How long the answer may be, in tokens of 4 bytes (default: 4000).
    #[serde(default)]
    pub budget: Option<usize>,
}

/// Arguments of `explain`.
#[derive(Debug, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[serde(deny_unknown_fields)]
pub(super) struct Explain {
    /// The id of a rule (`auth/openai-key`), a category, an HTTP status or code (`429`, `ETIMEDOUT`), or a line of a log.
    pub what: String,
}

/// Arguments of `watch_status`.
#[derive(Debug, Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[serde(deny_unknown_fields)]
pub(super) struct WatchStatus {
    /// The log to follow, or a folder, of which the newest log is followed; default: OpenClaw's newest on this machine.
    #[serde(default)]
    pub path: Option<PathBuf>,
    /// The same as `path`, in a list: one log is followed per call.
    #[serde(default)]
    pub paths: Vec<PathBuf>,
    /// How long the answer may be, in tokens of 4 bytes (default: 4000).
    #[serde(default)]
    pub budget: Option<usize>,
}

/// Reason why arguments are rejected.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum BadArguments {
    /// The tool has no argument with this name.
    #[error("unknown argument `{name}`{}; the arguments are {known}", match nearest {
        Some(nearest) => format!(": did you mean `{nearest}`?"),
        None => String::new(),
    })]
    Unknown { name: String, nearest: Option<String>, known: String },
    /// A required argument is missing.
    #[error("the argument `{0}` is missing")]
    Missing(String),
    /// An argument has the wrong type.
    #[error("invalid argument `{name}`: {why}")]
    Type { name: String, why: String },
    /// Several logs were given to follow.
    #[error("each call follows one log, but {0} paths were given; call watch_status once per path")]
    ManyLogs(usize),
}

impl Scan {
    /// Returns the distinct files and folders.
    pub fn paths(&self) -> Vec<&PathBuf> {
        each_once(self.paths.iter().chain(&self.path))
    }
}

impl WatchStatus {
    /// Returns the log or folder, if one is given.
    ///
    /// # Errors
    /// Fails if more than one is given.
    pub fn path(&self) -> Result<Option<&PathBuf>, BadArguments> {
        match each_once(self.path.iter().chain(&self.paths)).as_slice() {
            [] => Ok(None),
            [path] => Ok(Some(path)),
            paths => Err(BadArguments::ManyLogs(paths.len())),
        }
    }
}

fn each_once<'p>(all: impl Iterator<Item = &'p PathBuf>) -> Vec<&'p PathBuf> {
    let mut paths = Vec::new();
    all.for_each(|path| {
        if !paths.contains(&path) {
            paths.push(path);
        }
    });
    paths
}

/// Returns the JSON Schema of a tool's arguments.
pub(super) fn schema<T: JsonSchema + 'static>() -> Arc<JsonObject> {
    // Arguments are structures, so the schema always has the type `object`.
    schema_for_input::<T>().unwrap_or_else(|_| schema_for_type::<T>())
}

/// Parses the arguments of a call.
///
/// # Errors
/// Fails if an argument is unknown, missing or of the wrong type.
pub(super) fn parse<T: DeserializeOwned + JsonSchema + 'static>(
    mut given: JsonObject,
) -> Result<T, BadArguments> {
    // Clients send null for an argument that is not set.
    given.retain(|_, value| !value.is_null());
    let schema = schema::<T>();
    let known: Vec<&str> = match schema.get("properties") {
        Some(Value::Object(properties)) => properties.keys().map(String::as_str).collect(),
        _ => Vec::new(),
    };
    if let Some(name) = given.keys().find(|name| !known.contains(&name.as_str())) {
        return Err(BadArguments::Unknown {
            name: name.clone(),
            nearest: did_you_mean(known.iter().copied(), name).map(str::to_owned),
            known: known.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", "),
        });
    }
    let required = schema.get("required").and_then(Value::as_array).into_iter().flatten();
    if let Some(missing) = required.filter_map(Value::as_str).find(|name| !given.contains_key(*name)) {
        return Err(BadArguments::Missing(missing.to_owned()));
    }
    read(&given).map_err(|why| BadArguments::Type { name: culprit::<T>(&given, &why), why })
}

fn read<T: DeserializeOwned>(given: &JsonObject) -> Result<T, String> {
    serde_json::from_value(Value::Object(given.clone())).map_err(|error| error.to_string())
}

/// Returns the argument that causes the error: without it, parsing succeeds or fails with another error.
fn culprit<T: DeserializeOwned>(given: &JsonObject, why: &str) -> String {
    let without = |name: &String| {
        let others = given.iter().filter(|(other, _)| *other != name);
        others.map(|(name, value)| (name.clone(), value.clone())).collect()
    };
    let is_culprit = |name: &&String| read::<T>(&without(name)).err().as_deref() != Some(why);
    given.keys().find(is_culprit).cloned().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn refusal<T: DeserializeOwned + JsonSchema + std::fmt::Debug + 'static>(given: Value) -> String {
        let Value::Object(given) = given else { panic!("no object") };
        parse::<T>(given).expect_err("a refusal").to_string()
    }

    fn scan(given: Value) -> Scan {
        let Value::Object(given) = given else { panic!("no object") };
        parse(given).expect("arguments")
    }

    #[test]
    fn an_unknown_argument_is_refused_and_the_right_one_is_named() {
        for (wrong, right) in
            [("pth", "path"), ("Paths", "paths"), ("sinse", "since"), ("minSeverity", "min_severity")]
        {
            let refusal = refusal::<Scan>(json!({ wrong: "x" }));
            assert!(refusal.contains(&format!("`{wrong}`: did you mean `{right}`?")), "{refusal}");
        }
        let refused = refusal::<WatchStatus>(json!({ "since": "2h" }));
        assert!(refused.contains("the arguments are `budget`, `path`, `paths`"), "{refused}");
        assert!(refusal::<Explain>(json!({ "rule": "x", "what": "y" })).contains("`what`"));
    }

    #[test]
    fn a_missing_argument_and_one_of_another_type_are_named() {
        assert_eq!(refusal::<Explain>(json!({})), "the argument `what` is missing");
        assert_eq!(refusal::<Explain>(json!({ "what": null })), "the argument `what` is missing");
        for (given, name) in [
            (json!({ "paths": "/x", "budget": 5 }), "paths"),
            (json!({ "paths": ["/x"], "budget": "much" }), "budget"),
            (json!({ "path": ["/x"], "since": "2h" }), "path"),
        ] {
            let refusal = refusal::<Scan>(given);
            assert!(refusal.starts_with(&format!("invalid argument `{name}`: ")), "{refusal}");
        }
    }

    #[test]
    fn path_and_paths_name_the_same() {
        let both = scan(json!({ "path": "/c", "paths": ["/a", "/b", "/a"], "since": null }));
        assert_eq!(both.paths(), [&PathBuf::from("/a"), &"/b".into(), &"/c".into()]);
        assert_eq!(scan(json!({ "paths": null })).paths(), [] as [&PathBuf; 0]);
        let watch = |given: Value| parse::<WatchStatus>(given.as_object().cloned().unwrap_or_default());
        for one in
            [json!({ "path": "/a" }), json!({ "paths": ["/a"] }), json!({ "path": "/a", "paths": ["/a"] })]
        {
            assert_eq!(watch(one).expect("arguments").path(), Ok(Some(&"/a".into())));
        }
        assert_eq!(watch(json!({})).expect("arguments").path(), Ok(None));
        let two = watch(json!({ "path": "/a", "paths": ["/b"] })).expect("arguments");
        assert_eq!(two.path(), Err(BadArguments::ManyLogs(2)));
    }
}
