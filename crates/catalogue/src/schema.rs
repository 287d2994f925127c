//! The JSON Schema of rule files, by which editors complete keys and underline faults.

use schemars::Schema;
use schemars::generate::SchemaSettings;
use schemars::transform::RecursiveTransform;
use serde_json::Value;

use super::raw_file::RawFile;

/// The JSON Schema (draft 2020-12) of a rule file. It holds whatever can be told of a file by itself; that names exist,
/// expressions compile and examples are won is for the loader and the engine.
pub fn rule_file_schema() -> Schema {
    let settings = SchemaSettings::draft2020_12().with_transform(RecursiveTransform(as_it_is_written));
    settings.into_generator().into_root_schema_for::<RawFile>()
}

/// What serde makes of a missing key is no business of an author: a key that may be missing still has no null, and no
/// default to be told of.
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
