//! Values that are decoded when they are first used: a scan needs few of a catalogue's rules, and its start counts.

use std::fmt;
use std::marker::PhantomData;
use std::ops::Deref;
use std::sync::OnceLock;

use serde::de::{DeserializeOwned, Visitor};
use serde::ser::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A value in its binary form, decoded on first use. A human-readable format such as JSON holds the value itself.
#[derive(Clone)]
pub struct Encoded<T> {
    bytes: Box<[u8]>,
    value: OnceLock<T>,
}

impl<T: DeserializeOwned + Default> Encoded<T> {
    /// Returns the value.
    pub fn get(&self) -> &T {
        // Only `serialize` writes the bytes, and whoever stores them guards them with a checksum.
        self.value.get_or_init(|| postcard::from_bytes(&self.bytes).unwrap_or_default())
    }

    /// Returns the value, decoded if need be.
    pub fn into_inner(mut self) -> T {
        self.get();
        self.value.take().unwrap_or_default()
    }
}

impl<T> From<T> for Encoded<T> {
    fn from(value: T) -> Self {
        Self { bytes: Box::default(), value: OnceLock::from(value) }
    }
}

impl<T: DeserializeOwned + Default> Deref for Encoded<T> {
    type Target = T;

    fn deref(&self) -> &T {
        self.get()
    }
}

impl<T: DeserializeOwned + Default + fmt::Debug> fmt::Debug for Encoded<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.get().fmt(f)
    }
}

impl<T: DeserializeOwned + Default + PartialEq> PartialEq for Encoded<T> {
    fn eq(&self, other: &Self) -> bool {
        self.get() == other.get()
    }
}

impl<T: DeserializeOwned + Default + Serialize> Serialize for Encoded<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if serializer.is_human_readable() {
            return self.get().serialize(serializer);
        }
        serializer.serialize_bytes(&postcard::to_stdvec(self.get()).map_err(S::Error::custom)?)
    }
}

impl<'de, T: DeserializeOwned> Deserialize<'de> for Encoded<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        if deserializer.is_human_readable() {
            return Ok(Self::from(T::deserialize(deserializer)?));
        }
        deserializer.deserialize_bytes(Bytes(PhantomData))
    }
}

/// Takes over the bytes of a value.
struct Bytes<T>(PhantomData<T>);

impl<T> Visitor<'_> for Bytes<T> {
    type Value = Encoded<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("bytes")
    }

    fn visit_bytes<E: serde::de::Error>(self, bytes: &[u8]) -> Result<Self::Value, E> {
        match bytes.is_empty() {
            true => Err(E::custom("no value takes no bytes")),
            false => Ok(Encoded { bytes: bytes.into(), value: OnceLock::new() }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_survives_both_kinds_of_format() {
        let value = Encoded::from(vec!["a".to_owned(), "b".to_owned()]);
        let bytes = postcard::to_stdvec(&value).expect("bytes");
        let back: Encoded<Vec<String>> = postcard::from_bytes(&bytes).expect("a value");
        assert!(back.value.get().is_none());
        assert_eq!(back, value);
        assert_eq!(postcard::to_stdvec(&back).expect("bytes"), bytes);
        assert_eq!(back.into_inner(), ["a", "b"]);
    }
}
