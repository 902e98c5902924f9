//! A JSON object whose values are left as they are: its keys can be replaced without unpacking a drawing.

use std::borrow::Cow;
use std::fmt;

use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::value::RawValue;

/// The deepest nesting of a message.
pub const DEEPEST: usize = 32;

/// The fields of an object, in their order.
#[derive(Debug, Default)]
pub struct Object<'a>(Vec<(Cow<'a, str>, Cow<'a, RawValue>)>);

impl<'a> Object<'a> {
    /// The fields of a JSON text; an error when it is no object.
    pub fn read(json: &'a str) -> Result<Self, serde_json::Error> {
        serde_json::from_str(json)
    }

    /// All fields.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &RawValue)> {
        self.0.iter().map(|(key, value)| (&**key, &**value))
    }

    /// The value of a field.
    pub fn get(&self, key: &str) -> Option<&RawValue> {
        self.iter().find(|(name, _)| *name == key).map(|(_, value)| value)
    }

    /// Replaces a field, or adds it.
    pub fn set(&mut self, key: &'static str, value: &(impl Serialize + ?Sized)) {
        let value = serde_json::value::to_raw_value(value).expect("plain values are JSON");
        match self.0.iter_mut().find(|(name, _)| name == key) {
            Some((_, old)) => *old = Cow::Owned(value),
            None => self.0.push((Cow::Borrowed(key), Cow::Owned(value))),
        }
    }

    /// Replaces a field that is there.
    pub fn replace(&mut self, key: &'static str, value: &(impl Serialize + ?Sized)) {
        if self.get(key).is_some() {
            self.set(key, value);
        }
    }

    /// Takes a field out.
    pub fn remove(&mut self, key: &str) {
        self.0.retain(|(name, _)| name != key);
    }

    /// Adds the fields of another object that are not here yet.
    pub fn extend_from(&mut self, other: &Object<'_>) {
        for (key, value) in other.iter() {
            if self.get(key).is_none() {
                self.0
                    .push((Cow::Owned(key.to_owned()), Cow::Owned(value.to_owned())));
            }
        }
    }

    /// The JSON text again.
    pub fn to_raw(&self) -> Box<RawValue> {
        serde_json::value::to_raw_value(self).expect("fields that were read are JSON")
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Object<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Fields;
        impl<'de> Visitor<'de> for Fields {
            type Value = Object<'de>;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("an object")
            }

            fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<Object<'de>, M::Error> {
                let mut fields = Vec::new();
                while let Some((key, value)) = map.next_entry::<Key<'de>, &'de RawValue>()? {
                    fields.push((key.0, Cow::Borrowed(value)));
                }
                Ok(Object(fields))
            }
        }
        deserializer.deserialize_map(Fields)
    }
}

impl Serialize for Object<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.iter())
    }
}

/// A key, borrowed where it holds no escapes.
#[derive(Deserialize)]
struct Key<'a>(#[serde(borrow)] Cow<'a, str>);

/// Whether no value of a JSON text is nested deeper than a message may be.
pub fn is_shallow(json: &[u8]) -> bool {
    let (mut depth, mut at) = (0_usize, 0);
    while at < json.len() {
        match json[at] {
            b'"' => at = end_of_string(json, at + 1),
            b'{' | b'[' => {
                depth += 1;
                if depth > DEEPEST {
                    return false;
                }
            }
            b'}' | b']' => depth = depth.saturating_sub(1),
            _ => {}
        }
        at += 1;
    }
    true
}

/// Where the quote that ends a string stands, or the end.
fn end_of_string(json: &[u8], start: usize) -> usize {
    let mut at = start;
    while at < json.len() {
        match json[at] {
            b'"' => return at,
            b'\\' => at += 2,
            _ => at += 1,
        }
    }
    at
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_replaced_and_the_rest_stays_as_it_is() {
        let mut object = Object::read(r#"{"a":1.50,"b":{"c":[1, 2]},"\u0064":"x"}"#).expect("an object");
        object.set("a", &7);
        object.replace("none", &1);
        object.set("e", &"new");
        object.remove("d");
        assert_eq!(object.to_raw().get(), r#"{"a":7,"b":{"c":[1, 2]},"e":"new"}"#);
        assert!(Object::read("[1]").is_err() && Object::read("7").is_err());
    }

    #[test]
    fn depth_is_counted_outside_of_strings() {
        let nested = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
        assert!(is_shallow(nested(DEEPEST).as_bytes()));
        assert!(!is_shallow(nested(DEEPEST + 1).as_bytes()));
        let quoted = format!("{{\"a\":\"\\\"{}\"}}", "[".repeat(100));
        assert!(is_shallow(quoted.as_bytes()));
        assert!(is_shallow(b"\"never ends \\"));
    }
}
