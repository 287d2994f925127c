//! The JSON Schema of rule files, with which editors complete keys and mark faults.

use schemars::Schema;
use schemars::generate::SchemaSettings;
use schemars::transform::RecursiveTransform;
use serde_json::Value;

use super::raw_file::RawFile;

/// Returns the JSON Schema (draft 2020-12) of a rule file. It covers what a file alone can show. The loader and the engine check
/// that names exist, expressions compile and examples win.
pub fn rule_file_schema() -> Schema {
    let settings = SchemaSettings::draft2020_12().with_transform(RecursiveTransform(as_it_is_written));
    settings.into_generator().into_root_schema_for::<RawFile>()
}

/// Removes serde's view of optional keys: a key that may be missing may still not be null, and its default is not shown.
fn as_it_is_written(schema: &mut Schema) {
    let Some(object) = schema.as_object_mut() else { return };
    object.remove("default");
    if let Some(Value::Array(types)) = object.get_mut("type") {
        types.retain(|name| name != "null");
        if let [only] = types.as_slice() {
            let only = only.clone();
            object.insert("type".to_owned(), only);
        }
    }
    if let Some(Value::Array(choices)) = object.get_mut("anyOf") {
        choices.retain(|choice| choice["type"] != "null");
        if let [Value::Object(only)] = choices.as_slice() {
            let only = only.clone();
            object.remove("anyOf");
            only.into_iter().for_each(|(key, value)| {
                object.entry(key).or_insert(value);
            });
        }
    }
}
