//! What the server answered, and the assertions that every test makes on it.

use serde_json::Value;

/// An answer.
#[derive(Clone, Debug)]
pub struct Answer {
    pub status: u16,
    /// Names in lower case, in the order in which they came.
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
    /// False when the connection ended before the body did.
    pub is_whole: bool,
    /// The body, if it is JSON; null otherwise.
    pub json: Value,
}

impl Answer {
    /// The first header of that name.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.as_str())
    }

    /// The body as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// Asserts the status.
    #[track_caller]
    pub fn status(&self, status: u16) -> &Self {
        assert_eq!(self.status, status, "{}", self.text());
        self
    }

    /// Asserts 200 with a whole body of JSON; that JSON.
    #[track_caller]
    pub fn ok(&self) -> Value {
        self.succeeded(200)
    }

    /// Asserts 201 with a whole body of JSON; that JSON.
    #[track_caller]
    pub fn created(&self) -> Value {
        self.succeeded(201)
    }

    #[track_caller]
    fn succeeded(&self, status: u16) -> Value {
        self.status(status);
        assert!(self.is_whole, "the body broke off: {}", self.text());
        assert_eq!(self.header("content-type"), Some("application/json"));
        assert!(!self.json.is_null(), "not JSON: {}", self.text());
        self.json.clone()
    }

    /// Asserts a refusal with the one error body and the headers that go with it; the body.
    #[track_caller]
    pub fn refused(&self, status: u16) -> Value {
        self.status(status);
        assert_eq!(
            self.header("content-type"),
            Some("application/json"),
            "{}",
            self.text()
        );
        assert!(
            self.header("access-control-allow-origin").is_some(),
            "no CORS header: {:?}",
            self.headers
        );
        assert_eq!(self.header("x-content-type-options"), Some("nosniff"));
        let challenge = (status == 401).then_some("Bearer realm=\"api\"");
        assert_eq!(self.header("www-authenticate"), challenge);
        let waits = matches!(status, 429 | 503);
        assert!(
            !waits
                || self
                    .header("retry-after")
                    .is_some_and(|seconds| seconds.parse::<u64>().is_ok_and(|s| s > 0))
        );

        let body = self
            .json
            .as_object()
            .unwrap_or_else(|| panic!("no JSON object: {}", self.text()));
        assert_eq!(body.get("success"), Some(&Value::Bool(false)), "{body:?}");
        let sentence = body.get("error").and_then(Value::as_str).unwrap_or_default();
        assert!(!sentence.is_empty(), "{body:?}");
        for name in ["message", "detail"] {
            assert_eq!(body.get(name).and_then(Value::as_str), Some(sentence), "{body:?}");
        }
        let slug = body.get("code").and_then(Value::as_str).unwrap_or_default();
        assert!(
            !slug.is_empty() && slug.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_'),
            "{body:?}"
        );
        if let Some(details) = body.get("details") {
            let fields = details
                .as_object()
                .unwrap_or_else(|| panic!("details by field: {body:?}"));
            let is_list = |list: &Value| {
                list.as_array()
                    .is_some_and(|list| list.iter().all(Value::is_string))
            };
            assert!(fields.values().all(is_list), "{body:?}");
        }
        self.json.clone()
    }

    /// Asserts a 400 that says something about exactly these fields.
    #[track_caller]
    pub fn refused_fields(&self, fields: &[&str]) {
        let body = self.refused(400);
        let mut named: Vec<&str> = body["details"]
            .as_object()
            .map(|map| map.keys().map(String::as_str).collect())
            .unwrap_or_default();
        let mut wanted = fields.to_vec();
        named.sort_unstable();
        wanted.sort_unstable();
        assert_eq!(named, wanted, "{body}");
    }
}
