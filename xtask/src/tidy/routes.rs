//! The routes of the product and the operations of its OpenAPI file are the same.
//!
//! A route is a call `.route("/path", get(handler).post(handler))` in `src/routes`, its path spelled out. A slash at the
//! end of a path means nothing.

use std::collections::BTreeMap;

use serde_json::Value;

use super::source::{Source, bracketed, words};
use super::{Finding, Tree};

const OPENAPI: &str = "docs/openapi.json";
const ROUTES: &str = "src/routes";
const METHODS: [&str; 5] = ["get", "post", "put", "patch", "delete"];
/// The description of the API is not a part of it.
const UNDOCUMENTED: [&str; 2] = ["/api/openapi.json", "/api/docs"];

/// Each method of each path, as `GET /path`, with the place that declares it.
type Operations = BTreeMap<String, String>;
type Found = Result<Operations, Vec<Finding>>;

/// Every route under `/api/` is in the OpenAPI file.
pub(super) fn documented(tree: &Tree) -> Vec<Finding> {
    compare(routes(tree), operations(tree), |routes, documented| {
        let api = |operation: &str| operation.contains(" /api/") || operation.ends_with(" /api");
        let undocumented = |operation: &str| {
            UNDOCUMENTED
                .iter()
                .any(|path| operation.ends_with(&format!(" {path}")))
        };
        let hidden = routes
            .iter()
            .filter(|(operation, _)| !documented.contains_key(*operation));
        let hidden = hidden.filter(|(operation, _)| api(operation) && !undocumented(operation));
        hidden
            .map(|(operation, place)| Finding::new(place, format!("{operation} is not in {OPENAPI}")))
            .collect()
    })
}

/// Every operation of the OpenAPI file has a route.
pub(super) fn served(tree: &Tree) -> Vec<Finding> {
    compare(routes(tree), operations(tree), |routes, documented| {
        let missing = documented
            .iter()
            .filter(|(operation, _)| !routes.contains_key(*operation));
        missing
            .map(|(operation, place)| Finding::new(place, format!("{operation} has no route in {ROUTES}")))
            .collect()
    })
}

fn compare(
    routes: Found,
    documented: Found,
    difference: impl Fn(&Operations, &Operations) -> Vec<Finding>,
) -> Vec<Finding> {
    match (routes, documented) {
        (Ok(routes), Ok(documented)) => difference(&routes, &documented),
        (Err(findings), _) | (_, Err(findings)) => findings,
    }
}

fn routes(tree: &Tree) -> Found {
    let mut operations = Operations::new();
    let mut findings = Vec::new();
    for source in tree.sources.iter().filter(|source| source.is_module("routes")) {
        for call in words(&source.product, ".route(") {
            let place = format!("{}:{}", source.path, source.line_of(call));
            let found = route(source, call);
            if found.is_empty() {
                findings.push(Finding::new(&place, "has no path spelled out, or no method"));
            }
            operations.extend(found.into_iter().map(|operation| (operation, place.clone())));
        }
    }
    if operations.is_empty() && findings.is_empty() {
        findings.push(Finding::new(ROUTES, "has no .route(\"/path\", …)"));
    }
    if findings.is_empty() {
        Ok(operations)
    } else {
        Err(findings)
    }
}

/// The operations of one `.route(…)` call.
fn route(source: &Source, call: usize) -> Vec<String> {
    let arguments = bracketed(&source.product, call + ".route".len());
    let Some(path) = source.text[arguments.clone()]
        .strip_prefix('(')
        .and_then(first_literal)
    else {
        return Vec::new();
    };
    let code = &source.product[arguments];
    let named =
        |method: &str| words(code, method).any(|offset| code[offset + method.len()..].starts_with('('));
    METHODS
        .iter()
        .filter(|method| named(method))
        .map(|method| operation(method, path))
        .collect()
}

/// The string that the text begins with, behind white space.
fn first_literal(text: &str) -> Option<&str> {
    text.trim_start().strip_prefix('"')?.split('"').next()
}

fn operations(tree: &Tree) -> Found {
    let text = tree.file(OPENAPI)?;
    let document: Value =
        serde_json::from_str(text).map_err(|e| vec![Finding::new(OPENAPI, e.to_string())])?;
    let mut operations = Operations::new();
    for (path, methods) in document["paths"].as_object().into_iter().flatten() {
        let known = METHODS.iter().filter(|method| methods.get(method).is_some());
        operations.extend(known.map(|method| (operation(method, path), OPENAPI.to_owned())));
    }
    if operations.is_empty() {
        Err(vec![Finding::new(OPENAPI, "names no operation")])
    } else {
        Ok(operations)
    }
}

fn operation(method: &str, path: &str) -> String {
    format!("{} {}", method.to_uppercase(), path.trim_end_matches('/'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::places;

    const ROUTER: &str = r#"
        router
            .route("/api/", get(wire::hello))
            .route("/api/stories/{id}/", get(detail).patch(update).layer(limit(3)))
            .route(
                "/api/auth/login/",
                post(accounts::get),
            )
            .route("/api/docs", get(docs))
            .route("/healthz", get(health))
    "#;
    const DOCUMENT: &str = r#"{"paths": {
        "/api": {"get": {}},
        "/api/stories/{id}/": {"parameters": [], "get": {}, "patch": {}},
        "/api/auth/login/": {"post": {}}
    }}"#;

    fn tree(router: &str, document: &str) -> Tree {
        Tree::of(&[("src/routes.rs", router), (OPENAPI, document)])
    }

    #[test]
    fn the_same_operations_are_fine() {
        let tree = tree(ROUTER, DOCUMENT);
        assert_eq!((documented(&tree), served(&tree)), (vec![], vec![]));
    }

    #[test]
    fn a_route_that_is_not_documented_is_found() {
        let tree = tree(ROUTER, &DOCUMENT.replace(r#", "patch": {}"#, ""));
        assert_eq!(places(&documented(&tree)), ["src/routes.rs:4"]);
        assert_eq!(served(&tree), []);
    }

    #[test]
    fn an_operation_without_a_route_is_found() {
        let tree = tree(&ROUTER.replace("post(", "put("), DOCUMENT);
        assert!(
            served(&tree)[0]
                .what
                .starts_with("POST /api/auth/login has no route")
        );
        assert!(
            documented(&tree)[0]
                .what
                .starts_with("PUT /api/auth/login is not in")
        );
    }

    #[test]
    fn a_route_that_cannot_be_read_is_found() {
        assert_eq!(
            places(&documented(&tree(".route(PATH, get(a))", DOCUMENT))),
            ["src/routes.rs:1"]
        );
        assert_eq!(
            places(&documented(&tree(".route(\"/api/\", any(a))", DOCUMENT))),
            ["src/routes.rs:1"]
        );
    }

    #[test]
    fn nothing_to_compare_is_not_the_same() {
        assert_eq!(places(&served(&tree("", DOCUMENT))), [ROUTES]);
        assert_eq!(places(&served(&tree(ROUTER, "{}"))), [OPENAPI]);
        assert_eq!(
            places(&served(&Tree::of(&[("src/routes.rs", ROUTER)]))),
            [OPENAPI]
        );
    }
}
