//! The string literals of a Rust source.

/// Each literal with the line where it begins and its value. Escapes that name a character by number stay as written.
pub(crate) fn strings(source: &str) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    let mut rest = source;
    while let Some(first) = rest.chars().next() {
        let line = 1 + source[..source.len() - rest.len()].matches('\n').count();
        if rest.starts_with("//") {
            rest = rest.find('\n').map_or("", |end| &rest[end..]);
        } else if rest.starts_with("/*") {
            rest = after_comment(rest);
        } else if let Some((text, after)) = raw_string(rest) {
            found.push((line, text.to_owned()));
            rest = after;
        } else if let Some(inside) = rest.strip_prefix('"') {
            let (text, after) = plain_string(inside);
            found.push((line, text));
            rest = after;
        } else if let Some(inside) = rest.strip_prefix('\'') {
            rest = after_character(inside);
        } else if is_word(first) {
            rest = rest.trim_start_matches(is_word);
        } else {
            rest = &rest[first.len_utf8()..];
        }
    }
    found
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// What follows a comment in `/* … */`, which may hold others.
fn after_comment(source: &str) -> &str {
    let mut depth = 0;
    let mut rest = source;
    loop {
        if let Some(after) = rest.strip_prefix("/*") {
            (depth, rest) = (depth + 1, after);
        } else if let Some(after) = rest.strip_prefix("*/") {
            (depth, rest) = (depth - 1, after);
        } else {
            let mut chars = rest.chars();
            chars.next();
            rest = chars.as_str();
        }
        if depth == 0 || rest.is_empty() {
            return rest;
        }
    }
}

/// The inside of `r"…"` or `r#"…"#` and what follows it.
fn raw_string(source: &str) -> Option<(&str, &str)> {
    let marked = source.trim_start_matches(['b', 'c']).strip_prefix('r')?;
    let inside = marked.trim_start_matches('#');
    let hashes = &marked[..marked.len() - inside.len()];
    inside.strip_prefix('"')?.split_once(&format!("\"{hashes}"))
}

/// The value of a literal from behind its first quote, and what follows it.
fn plain_string(inside: &str) -> (String, &str) {
    let mut text = String::new();
    let mut chars = inside.chars();
    while let Some(c) = chars.next() {
        match c {
            '"' => break,
            '\\' => match chars.next() {
                Some('\n') => chars = chars.as_str().trim_start().chars(),
                Some('n') => text.push('\n'),
                Some('t') => text.push('\t'),
                Some(same @ ('\\' | '"' | '\'')) => text.push(same),
                other => text.extend(['\\'].into_iter().chain(other)),
            },
            c => text.push(c),
        }
    }
    (text, chars.as_str())
}

/// What follows a character literal, or the quote of a lifetime.
fn after_character(inside: &str) -> &str {
    let mut chars = inside.chars();
    match chars.next() {
        Some('\\') => {
            chars.next();
            chars.as_str().split_once('\'').map_or("", |(_, after)| after)
        }
        Some(_) => chars.as_str().strip_prefix('\'').unwrap_or(inside),
        None => "",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(source: &str) -> Vec<String> {
        strings(source).into_iter().map(|(_, text)| text).collect()
    }

    #[test]
    fn a_literal_may_be_plain_raw_or_continued() {
        assert_eq!(texts(r#"f("a \"b\" \\", b"c", "")"#), [r#"a "b" \"#, "c", ""]);
        assert_eq!(
            texts("f(r\"a\\\", r#\"b \"c\" d\"#, br\"e\")"),
            ["a\\", "b \"c\" d", "e"]
        );
        assert_eq!(texts("f(\"a \\\n      b\\n\n  c\")"), ["a b\n\n  c"]);
    }

    #[test]
    fn quotes_elsewhere_begin_no_literal() {
        assert_eq!(texts("// \"a\"\n/* \"b\" /* \"c\" */ \"d\" */ \"e\""), ["e"]);
        assert_eq!(texts(r#"['"', '\'', '\\', '\u{22}', b'"']; "a""#), ["a"]);
        assert_eq!(
            texts(r#"fn f<'a>(x: &'a str, r#type: u8) -> &'static str { "b" }"#),
            ["b"]
        );
    }

    #[test]
    fn a_literal_knows_its_line() {
        assert_eq!(
            strings("\n\nf(\n\"a\",\"b\n\", \"c\")")
                .iter()
                .map(|(line, _)| *line)
                .collect::<Vec<_>>(),
            [4, 4, 5]
        );
    }
}
