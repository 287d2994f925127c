//! The form of `key=value` fields in messages, and the names of the fields that report failures.

use std::sync::LazyLock;

use clawsift_catalogue::pattern::Pattern;

/// Names of fields whose text describes an error.
pub(super) const ERROR_FIELDS: &[&str] = &[
    "body",
    "cause",
    "causeCode",
    "causeMessage",
    "code",
    "detail",
    "details",
    "err",
    "error",
    "errorBody",
    "errorCode",
    "errorMessage",
    "errorPreview",
    "errorType",
    "fallbackStepFromFailureDetail",
    "message",
    "name",
    "nativeError",
    "providerErrorMessagePreview",
    "providerErrorType",
    "rawError",
    "rawErrorPreview",
    "responseBody",
    "stack",
    "stderr",
    "warning",
];

/// Matches `key=value` and the character before it. A quoted value may hold escaped quotes; if the text was cut inside it, it
/// ends with the text.
pub(super) static PAIR: LazyLock<Option<Pattern>> = LazyLock::new(|| {
    Pattern::new(r#"(?:^|[\s(\[{,])(?<key>[A-Za-z][A-Za-z0-9_.]*)=(?<value>"(?:[^"\\]|\\.)*(?:"|$)|[^\s"]+)"#)
        .ok()
});
