//! Anything that can be sent to an address, for what has to hold whatever it is.

use std::fmt::Debug;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use proptest::test_runner::{Config, TestRunner};
use serde_json::{Map, Value, json};

const DOCUMENT: &str = include_str!("../../docs/openapi.json");

/// An address, with the fields of its body.
#[derive(Clone, Debug)]
pub struct Endpoint {
    pub method: String,
    pub path: String,
    pub fields: Vec<String>,
}

impl Endpoint {
    /// A body with these values in some of its fields, or, where it takes none, under names of no meaning.
    pub fn body(&self, values: Vec<(Index, Value)>) -> Map<String, Value> {
        let name = |index: Index| match self.fields.as_slice() {
            [] => index.index(9).to_string(),
            fields => index.get(fields).clone(),
        };
        values
            .into_iter()
            .map(|(index, value)| (name(index), value))
            .collect()
    }
}

/// Every address of a tag, as the API's own document has them.
pub fn endpoints(tag: &str) -> Vec<Endpoint> {
    let document: Value = serde_json::from_str(DOCUMENT).unwrap();
    let mut endpoints = Vec::new();
    for (path, methods) in document["paths"].as_object().unwrap() {
        for (method, operation) in methods.as_object().unwrap() {
            if operation["tags"] != json!([tag]) {
                continue;
            }
            let schema = &operation["requestBody"]["content"]["application/json"]["schema"]["$ref"];
            let fields = schema.as_str().map_or_else(Vec::new, |schema| {
                let schema = document.pointer(schema.trim_start_matches('#')).unwrap();
                schema["properties"]
                    .as_object()
                    .unwrap()
                    .keys()
                    .cloned()
                    .collect()
            });
            endpoints.push(Endpoint {
                method: method.to_uppercase(),
                path: path.clone(),
                fields,
            });
        }
    }
    endpoints
}

/// Tries a property on so many inputs.
pub fn holds<T: Debug>(cases: u32, input: impl Strategy<Value = T>, property: impl Fn(T)) {
    let settings = Config {
        cases,
        failure_persistence: None,
        ..Config::default()
    };
    let outcome = TestRunner::new(settings).run(&input, |input| {
        property(input);
        Ok(())
    });
    if let Err(failure) = outcome {
        panic!("{failure}");
    }
}

/// Values of every kind.
pub fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        "[a-zé🦊]{0,5}".prop_map(|text| json!(format!("{text}\0{text}"))),
        ".{0,20}".prop_map(Value::from),
        Just(json!("x".repeat(3000))),
        select(vec![
            "",
            " ",
            "delete",
            "all",
            "child",
            "en",
            "mild",
            "7",
            "true",
            "' OR 1=1 --"
        ])
        .prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 12, 4, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..4).prop_map(Value::from),
            vec(("[a-z_$]{0,8}", inner), 0..4).prop_map(|pairs| Value::Object(pairs.into_iter().collect())),
        ]
    })
}

/// What stands in a path where nothing of that name is.
pub fn nothing() -> impl Strategy<Value = String> {
    select(vec![
        "0",
        "-1",
        "x",
        "9223372036854775807",
        "9223372036854775808",
        "%00",
        "%ff",
        "..",
        "1%20",
    ])
    .prop_map(str::to_owned)
}

pub fn query() -> impl Strategy<Value = String> {
    let name = select(vec![
        "page",
        "page_size",
        "limit",
        "search",
        "status",
        "language",
        "severity",
        "is_active",
        "type",
        "user_type",
        "as",
        "dry_run",
    ]);
    let value = select(vec![
        "",
        "0",
        "-1",
        "x",
        "1e9",
        "99999999999999999999",
        "%00",
        "%ff%fe",
        "%22",
        "%27%20OR%201=1",
        "%25",
        "_",
        "%F0%9F%A6%8A",
        "a*b",
        "(",
        "NEAR",
        "users",
        "true",
    ]);
    vec((name, value), 0..4).prop_map(|pairs| {
        let pairs: Vec<String> = pairs
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        pairs.join("&")
    })
}
