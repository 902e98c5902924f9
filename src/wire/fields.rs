//! Takes the known fields out of a JSON object and collects what is wrong with them, sentence by field.
//!
//! Unknown fields are ignored: the apps send extras. A getter that finds a fault notes it and returns an empty value;
//! [`Fields::finish`] then refuses the request, so a handler reads its fields first and acts after.

use serde_json::{Map, Value};

use super::error::{Error, FieldErrors};

/// The fields of one request.
#[derive(Debug)]
pub struct Fields {
    object: Map<String, Value>,
    errors: FieldErrors,
}

impl Fields {
    /// Takes the fields of a body.
    pub fn new(object: Map<String, Value>) -> Self {
        Self {
            object,
            errors: FieldErrors::default(),
        }
    }

    /// Whether the field was sent, be it `null`.
    pub fn has(&self, name: &str) -> bool {
        self.object.contains_key(name)
    }

    /// Notes a sentence about a field.
    pub fn refuse(&mut self, name: &str, sentence: impl Into<String>) {
        self.errors.add(name, sentence);
    }

    /// Notes that a field must be sent, unless something else is wrong with it.
    pub fn need(&mut self, name: &str) {
        self.require(name);
    }

    /// The field as it was sent.
    pub fn raw(&mut self, name: &str) -> Option<Value> {
        self.object.remove(name)
    }

    /// A text that must be there and not blank, trimmed, of at most `max` code points.
    pub fn required_text(&mut self, name: &str, max: usize) -> String {
        match self.text(name, max) {
            Some(text) if !text.is_empty() => text,
            Some(_) => {
                self.refuse(name, "This field may not be blank.");
                String::new()
            }
            None => self.require(name),
        }
    }

    /// A text if it was sent, trimmed, of at most `max` code points; `null` is refused.
    pub fn text(&mut self, name: &str, max: usize) -> Option<String> {
        let text = self.string(name)?.trim().to_owned();
        self.at_most(name, text, max)
    }

    /// A text or `null`, trimmed: `None` when it was not sent, `Some(None)` for `null`.
    pub fn nullable_text(&mut self, name: &str, max: usize) -> Option<Option<String>> {
        if self.object.get(name)?.is_null() {
            self.object.remove(name);
            return Some(None);
        }
        self.text(name, max).map(Some)
    }

    /// A password: never trimmed. Missing or empty is refused.
    pub fn password(&mut self, name: &str) -> String {
        const LONGEST: usize = 256;
        match self
            .string(name)
            .and_then(|text| self.at_most(name, text, LONGEST))
        {
            Some(text) if !text.is_empty() => text,
            Some(_) => {
                self.refuse(name, "This field may not be blank.");
                String::new()
            }
            None => self.require(name),
        }
    }

    /// The field is not there, or there and already refused.
    fn require(&mut self, name: &str) -> String {
        if self.errors.get(name).is_none() {
            self.refuse(name, "This field is required.");
        }
        String::new()
    }

    /// The text as it was sent.
    fn string(&mut self, name: &str) -> Option<String> {
        let text = match self.object.remove(name)? {
            Value::String(text) => text,
            Value::Number(number) => number.to_string(),
            Value::Null => {
                self.refuse(name, "This field may not be null.");
                return None;
            }
            _ => {
                self.refuse(name, "Not a valid text.");
                return None;
            }
        };
        if text.contains('\0') {
            self.refuse(name, "Null characters are not allowed.");
            return None;
        }
        Some(text)
    }

    fn at_most(&mut self, name: &str, text: String, max: usize) -> Option<String> {
        if text.chars().count() > max {
            self.refuse(name, format!("This may have at most {max} characters."));
            return None;
        }
        Some(text)
    }

    /// An integer if it was sent, also as a numeric text (`"7"`), as the apps sometimes do.
    pub fn integer(&mut self, name: &str) -> Option<i64> {
        let value = self.object.remove(name)?;
        let integer = match &value {
            Value::Number(number) => number.as_i64(),
            Value::String(text) => text.trim().parse().ok(),
            _ => None,
        };
        if integer.is_none() {
            self.refuse(name, "A whole number is needed.");
        }
        integer
    }

    /// A boolean if it was sent: `true`, `1`, `"true"`, `"1"`, `"on"`, `"yes"` and their opposites.
    pub fn boolean(&mut self, name: &str) -> Option<bool> {
        let value = self.object.remove(name)?;
        let boolean = match &value {
            Value::Bool(boolean) => Some(*boolean),
            Value::Number(number) => match number.as_i64() {
                Some(0) => Some(false),
                Some(1) => Some(true),
                _ => None,
            },
            Value::String(text) => match text.trim().to_ascii_lowercase().as_str() {
                "true" | "t" | "1" | "yes" | "y" | "on" => Some(true),
                "false" | "f" | "0" | "no" | "n" | "off" => Some(false),
                _ => None,
            },
            _ => None,
        };
        if boolean.is_none() {
            self.refuse(name, "Must be true or false.");
        }
        boolean
    }

    /// One of `choices` if it was sent.
    pub fn choice(&mut self, name: &str, choices: &[&str]) -> Option<String> {
        const LONGEST: usize = 50;
        let text = self.text(name, LONGEST)?;
        if choices.contains(&text.as_str()) {
            return Some(text);
        }
        self.refuse(name, "This is not one of the possible choices.");
        None
    }

    /// Refuses the request when anything was wrong with its fields.
    pub fn finish(self) -> Result<(), Error> {
        if self.errors.is_empty() {
            Ok(())
        } else {
            Err(Error::fields(self.errors))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn fields(value: Value) -> Fields {
        match value {
            Value::Object(object) => Fields::new(object),
            _ => panic!("an object"),
        }
    }

    #[test]
    fn texts_are_trimmed_passwords_are_not() {
        let mut fields = fields(json!({"name": "  Mira ", "password": " pass word ", "title": 7}));
        assert_eq!(fields.required_text("name", 50), "Mira");
        assert_eq!(fields.password("password"), " pass word ");
        assert_eq!(fields.text("title", 50).as_deref(), Some("7"));
        assert!(fields.finish().is_ok());
    }

    #[test]
    fn each_fault_is_noted_once_under_its_field() {
        let mut fields =
            fields(json!({"blank": " ", "null": null, "nul": "a\u{0}b", "long": "abcdef", "list": []}));
        for name in ["blank", "null", "nul", "long", "list", "missing"] {
            assert_eq!(fields.required_text(name, 5), "");
            assert_eq!(
                fields.errors.get(name).and_then(Value::as_array).map(Vec::len),
                Some(1),
                "{name}"
            );
        }
        assert!(fields.finish().is_err());
    }

    #[test]
    fn the_blanks_of_a_password_count() {
        let mut fields =
            fields(json!({"name": format!("Mira{}", " ".repeat(300)), "password": " ".repeat(257)}));
        assert_eq!(fields.required_text("name", 4), "Mira");
        assert_eq!(fields.password("password"), "");
        assert!(fields.errors.get("name").is_none() && fields.errors.get("password").is_some());
    }

    #[test]
    fn integers_and_booleans_come_in_many_spellings() {
        let mut fields = fields(json!({"a": "7", "b": 7, "c": 7.5, "d": "yes", "e": 0, "f": 2, "g": 1e30}));
        assert_eq!(fields.integer("a"), Some(7));
        assert_eq!(fields.integer("b"), Some(7));
        assert_eq!(fields.integer("c"), None);
        assert_eq!(fields.integer("g"), None);
        assert_eq!(fields.boolean("d"), Some(true));
        assert_eq!(fields.boolean("e"), Some(false));
        assert_eq!(fields.boolean("f"), None);
        assert_eq!(fields.integer("missing"), None);
    }

    #[test]
    fn null_and_absent_differ() {
        let mut fields = fields(json!({"bio": null}));
        assert_eq!(fields.nullable_text("bio", 10), Some(None));
        assert_eq!(fields.nullable_text("summary", 10), None);
    }
}
