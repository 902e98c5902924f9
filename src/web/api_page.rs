//! The OpenAPI document as a page: no script, one table of contents, one block per address.

use std::collections::BTreeMap;

use maud::{Markup, html};
use serde_json::Value;

use super::Page;

const METHODS: [&str; 5] = ["get", "post", "put", "patch", "delete"];

struct Operation<'a> {
    method: &'static str,
    path: &'a str,
    value: &'a Value,
}

pub(super) fn page(document: &Value) -> Page {
    let mut areas: BTreeMap<&str, Vec<Operation<'_>>> = BTreeMap::new();
    for (path, item) in document["paths"].as_object().into_iter().flatten() {
        for method in METHODS {
            if let Some(value) = item.get(method) {
                let area = value["tags"][0].as_str().unwrap_or("other");
                areas
                    .entry(area)
                    .or_default()
                    .push(Operation { method, path, value });
            }
        }
    }
    let content = html! {
        h1 { "The API" }
        p { (text(&document["info"]["description"])) " " a href="/api/openapi.json" { "As an OpenAPI document." } }
        nav { @for area in areas.keys() { a href={ "#" (area) } { (area) } " " } }
        @for (area, operations) in &areas {
            section id=(area) {
                h2 { (area) }
                @for operation in operations { (block(document, operation)) }
            }
        }
    };
    Page::new("Tinytales: the API", &content)
}

fn block(document: &Value, operation: &Operation<'_>) -> Markup {
    let value = operation.value;
    let is_public = value["security"]
        .as_array()
        .is_some_and(|list| list.contains(&serde_json::json!({})));
    html! {
        details {
            summary {
                span.method { (operation.method) } " " code { (operation.path) } " "
                @if !is_public { span.token { "token" } }
                " " span.small { (text(&value["summary"])) }
            }
            p { (text(&value["description"])) }
            @for parameter in value["parameters"].as_array().into_iter().flatten() {
                p.small { code { (text(&parameter["name"])) } " in the " (text(&parameter["in"])) ". " (text(&parameter["description"])) }
            }
            @let body = &value["requestBody"]["content"]["application/json"]["schema"];
            @if !body.is_null() { h3 { "Takes" } (fields(document, body)) }
            @for (status, answer) in value["responses"].as_object().into_iter().flatten() {
                @let schema = &answer["content"]["application/json"]["schema"];
                @if status != "default" && !schema.is_null() { h3 { "Answers " (status) } (fields(document, schema)) }
            }
        }
    }
}

/// The members of a schema, one line each; references are followed once.
fn fields(document: &Value, schema: &Value) -> Markup {
    let schema = resolve(document, schema);
    let parts = schema["allOf"]
        .as_array()
        .map_or_else(|| vec![schema], |parts| parts.iter().collect());
    html! {
        ul.fields {
            @for part in parts {
                @for (name, member) in resolve(document, part)["properties"].as_object().into_iter().flatten() {
                    li { code { (name) } " " span.small { (kind(member)) " " (text(&member["description"])) } }
                }
            }
        }
    }
}

fn resolve<'a>(document: &'a Value, schema: &'a Value) -> &'a Value {
    let name = schema["$ref"]
        .as_str()
        .and_then(|reference| reference.rsplit('/').next());
    name.map_or(schema, |name| &document["components"]["schemas"][name])
}

fn kind(schema: &Value) -> String {
    if let Some(reference) = schema["$ref"].as_str() {
        return reference.rsplit('/').next().unwrap_or_default().to_owned();
    }
    match &schema["type"] {
        Value::String(one) if one == "array" => format!("list of {}", kind(&schema["items"])),
        Value::String(one) => one.clone(),
        Value::Array(many) => many.iter().map(text).collect::<Vec<_>>().join(" or "),
        _ => String::new(),
    }
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}
