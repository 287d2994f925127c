//! Parses untrusted JSON into a bounded number of values. A line of 16 MiB can hold millions, and no rule needs more than a few
//! hundred.

use std::cell::Cell;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

/// Maximum number of values kept per text; real records have about a hundred.
const MAX_VALUES: usize = 1 << 14;
/// Maximum number of values kept per list or object; further ones are skipped.
const MAX_MEMBERS: usize = 1 << 10;

/// Parses a text that is JSON as a whole; `None` if it is invalid or nested too deep.
pub(super) fn value(text: &str) -> Option<Value> {
    let left = Cell::new(MAX_VALUES);
    let mut reader = serde_json::Deserializer::from_str(text);
    let value = Bounded { left: &left }.deserialize(&mut reader).ok()?;
    reader.end().ok()?;
    Some(value)
}

/// Parses a text that is a JSON object.
pub(super) fn object(text: &str) -> Option<Map<String, Value>> {
    match value(text)? {
        Value::Object(object) => Some(object),
        _ => None,
    }
}

/// Splits the object at the start of a text from what follows it.
pub(super) fn object_at_start(text: &str) -> Option<(Map<String, Value>, &str)> {
    let mut values = serde_json::Deserializer::from_str(text).into_iter::<IgnoredAny>();
    values.next()?.ok()?;
    let (first, rest) = text.split_at(values.byte_offset());
    Some((object(first)?, rest))
}

/// Returns the object at the end of a message, and the offset of the space before it.
pub(super) fn object_at_end(message: &str) -> Option<(usize, Map<String, Value>)> {
    let at = message.find(" {\"").filter(|_| message.ends_with('}'))?;
    Some((at, object(&message[at + 1..])?))
}

/// Deserializer seed that keeps at most `left` values.
#[derive(Clone, Copy)]
struct Bounded<'l> {
    left: &'l Cell<usize>,
}

impl Bounded<'_> {
    /// Returns true if one more value may be kept in a list or object that already holds `beside` values.
    fn has_room(self, beside: usize) -> bool {
        let left = self.left.get();
        self.left.set(left.saturating_sub(1));
        left > 0 && beside < MAX_MEMBERS
    }
}

impl<'de> DeserializeSeed<'de> for Bounded<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Bounded<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E: Error>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E: Error>(self, flag: bool) -> Result<Value, E> {
        Ok(Value::Bool(flag))
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<Value, E> {
        Ok(Value::Number(number.into()))
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<Value, E> {
        Ok(Value::Number(number.into()))
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<Value, E> {
        Ok(Number::from_f64(number).map_or(Value::Null, Value::Number))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Value, E> {
        Ok(Value::String(text.to_owned()))
    }

    fn visit_string<E: Error>(self, text: String) -> Result<Value, E> {
        Ok(Value::String(text))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Value, A::Error> {
        let mut items = Vec::new();
        while self.has_room(items.len()) {
            match list.next_element_seed(self)? {
                Some(item) => items.push(item),
                None => return Ok(Value::Array(items)),
            }
        }
        while list.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Value::Array(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<Value, A::Error> {
        let mut members = Map::new();
        while self.has_room(members.len()) {
            match object.next_key::<String>()? {
                Some(name) => members.insert(name, object.next_value_seed(self)?),
                None => return Ok(Value::Object(members)),
            };
        }
        while object.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(Value::Object(members))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_record_holds_is_read_as_by_anybody() {
        for text in [
            r#"{"0":"{\"a\":1}","1":[null,true,-3,1.5,"é\u00e9\n",{"x":{}}],"1":2,"big":18446744073709551615}"#,
            "[1e400]",
            "[1,]",
            r#"{"a":1} x"#,
            "\"text\"",
            &"[".repeat(200),
        ] {
            assert_eq!(value(text), serde_json::from_str(text).ok(), "{text}");
        }
    }

    #[test]
    fn a_flood_of_values_is_cut_and_what_follows_is_read() {
        let many = format!("[{}0]", "0,".repeat(1_000_000));
        let text = format!(r#"{{"a":{many},"b":"x","c":[{many},{many}],"d":{{"e":"f"}}}}"#);
        let read = value(&text).expect("JSON");
        assert_eq!(read["a"].as_array().map(Vec::len), Some(MAX_MEMBERS));
        assert_eq!((&read["b"], &read["d"]["e"]), (&Value::from("x"), &Value::from("f")));

        let deep = (0..20).fold("1".to_owned(), |inner, _| format!("[{inner},{}1]", "1,".repeat(2000)));
        let count = |value: &Value| value.to_string().matches('1').count();
        assert!(count(&value(&deep).expect("JSON")) <= MAX_VALUES);
    }
}
