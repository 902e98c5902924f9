//! How long a file and a function may be.

use super::{Finding, Tree};

const FILE: usize = 500;
const FUNCTION: usize = 60;

/// Rust files outside tests have at most 500 lines.
pub(super) fn files(tree: &Tree) -> Vec<Finding> {
    let product = tree.sources.iter().filter(|source| !source.is_test());
    let lengths = product.map(|source| (source, source.text.lines().count()));
    let long = lengths.filter(|&(_, lines)| lines > FILE);
    long.map(|(source, lines)| Finding::new(&source.path, format!("{lines} lines, and {FILE} are allowed")))
        .collect()
}

/// Functions outside tests have at most 60 lines; the longest is named first.
pub(super) fn functions(tree: &Tree) -> Vec<Finding> {
    let all = tree
        .sources
        .iter()
        .flat_map(|source| source.functions().into_iter().map(move |f| (source, f)));
    let mut long: Vec<_> = all.filter(|(_, function)| function.length > FUNCTION).collect();
    long.sort_by_key(|(_, function)| std::cmp::Reverse(function.length));
    long.iter()
        .map(|(source, function)| {
            let what = format!(
                "{} has {} lines, and {FUNCTION} are allowed",
                function.name, function.length
            );
            Finding::at(&source.path, function.line, what)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::places;

    #[test]
    fn a_file_of_501_lines_is_too_long_unless_it_is_a_test() {
        let (most, more) = ("\n".repeat(500), "\n".repeat(501));
        let tree = Tree::of(&[
            ("src/a.rs", &most),
            ("src/b.rs", &more),
            ("src/b/tests.rs", &more),
        ]);
        assert_eq!(places(&files(&tree)), ["src/b.rs"]);
    }

    #[test]
    fn long_functions_are_found_longest_first() {
        let function = |lines: usize| format!("fn f() {{{}}}\n", "\n".repeat(lines - 1));
        let text = format!("{}{}{}", function(60), function(61), function(70));
        let findings = functions(&Tree::of(&[("src/a.rs", &text)]));
        assert_eq!(places(&findings), ["src/a.rs:122", "src/a.rs:61"]);
    }
}
