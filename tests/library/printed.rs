//! A message as OpenClaw prints it in each format.

use serde_json::json;

const TIME: &str = "2026-08-01T10:00:00.000+00:00";

/// A message with its place; `subsystem` is empty if it has none.
pub struct Printed<'c> {
    pub subsystem: &'c str,
    pub level: &'c str,
    pub message: &'c str,
}

impl Printed<'_> {
    pub fn in_each_format(&self) -> [(&'static str, String); 4] {
        [
            ("file", self.file_log()),
            ("json", self.logs_json()),
            ("plain", self.plain()),
            ("console", self.console()),
        ]
    }

    pub fn file_log(&self) -> String {
        let Self { subsystem, level, message } = self;
        let id = match *level {
            "info" => 3,
            "warn" => 4,
            _ => 5,
        };
        let bindings = json!({ "subsystem": subsystem }).to_string();
        let (name, arguments) = match *subsystem {
            "" => ("openclaw", vec![*message]),
            _ => (bindings.as_str(), vec![bindings.as_str(), *message]),
        };
        let meta =
            json!({ "logLevelId": id, "logLevelName": level.to_uppercase(), "name": name, "date": TIME });
        let mut record = json!({ "_meta": meta, "time": TIME, "message": message });
        for (index, argument) in arguments.into_iter().enumerate() {
            record[index.to_string()] = argument.into();
        }
        record.to_string()
    }

    fn logs_json(&self) -> String {
        let Self { subsystem, level, message } = self;
        let raw = self.file_log();
        let mut line = json!({ "type": "log", "time": TIME, "level": level, "message": message, "raw": raw });
        if !subsystem.is_empty() {
            line["subsystem"] = (*subsystem).into();
        }
        line.to_string()
    }

    fn plain(&self) -> String {
        let label = if self.subsystem.is_empty() { String::new() } else { format!("{} ", self.subsystem) };
        format!("{TIME} {} {label}{}", self.level, self.message)
    }

    pub fn console(&self) -> String {
        let label = self.subsystem.trim_start_matches("gateway/channels/").trim_start_matches("gateway/");
        let label = if label.is_empty() { String::new() } else { format!("[{label}] ") };
        format!("{TIME} {label}{}", self.message)
    }
}
