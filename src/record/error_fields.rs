//! How fields are written in messages, and which of them tell of failures.

use std::sync::LazyLock;

use clawsift_catalogue::pattern::Pattern;

/// Fields whose text says what went wrong.
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

/// `key=value`, with the character before it. A quoted value may hold escaped quotes, and is cut where its text was.
pub(super) static PAIR: LazyLock<Option<Pattern>> = LazyLock::new(|| {
    Pattern::new(r#"(?:^|[\s(\[{,])(?<key>[A-Za-z][A-Za-z0-9_.]*)=(?<value>"(?:[^"\\]|\\.)*(?:"|$)|[^\s"]+)"#)
        .ok()
});
