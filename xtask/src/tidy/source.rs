//! A Rust file, read just well enough: what is code, what is comment or literal, what is test.

use std::ops::Range;

/// A Rust file in three views of the same length, so that an offset means the same place in each.
#[derive(Debug)]
pub(super) struct Source {
    pub(super) path: String,
    pub(super) text: String,
    /// The text with comments and the insides of literals blanked.
    pub(super) code: String,
    /// The code with everything under `#[cfg(test)]` blanked too; empty for a file of tests.
    pub(super) product: String,
}

/// A function with a body.
#[derive(Debug, PartialEq)]
pub(super) struct Function<'a> {
    pub(super) name: &'a str,
    pub(super) line: usize,
    /// Lines from `fn` to the closing brace, both counted.
    pub(super) length: usize,
}

impl Source {
    pub(super) fn new(path: &str, text: String) -> Self {
        let code = blank_comments_and_literals(&text);
        let product = if is_test(path) {
            String::new()
        } else {
            blank_tests(&code)
        };
        Self {
            path: path.to_owned(),
            text,
            code,
            product,
        }
    }

    /// Whether the file holds nothing but tests.
    pub(super) fn is_test(&self) -> bool {
        is_test(&self.path)
    }

    /// Whether the file is part of the server: of the product itself or of one of its crates.
    pub(super) fn is_server(&self) -> bool {
        (self.path.starts_with("src/") || self.path.starts_with("crates/")) && !self.is_test()
    }

    /// Whether the file is the module `src/<name>`, as one file or as a folder.
    pub(super) fn is_module(&self, name: &str) -> bool {
        let rest = self
            .path
            .strip_prefix("src/")
            .and_then(|path| path.strip_prefix(name));
        rest.is_some_and(|rest| rest == ".rs" || rest.starts_with('/'))
    }

    pub(super) fn line_of(&self, offset: usize) -> usize {
        line_of(&self.text, offset)
    }

    /// The functions outside tests, in the order in which they begin.
    pub(super) fn functions(&self) -> Vec<Function<'_>> {
        words(&self.product, "fn")
            .filter_map(|offset| function_at(&self.product, offset))
            .collect()
    }
}

/// Where `word` stands in `code` as a whole word: no letter, digit or underscore touches it where it ends in one itself.
pub(super) fn words<'a>(code: &'a str, word: &'a str) -> impl Iterator<Item = usize> + 'a {
    let part = |c: char| c.is_alphanumeric() || c == '_';
    let (first, last) = (word.starts_with(part), word.ends_with(part));
    code.match_indices(word)
        .map(|(offset, _)| offset)
        .filter(move |&offset| {
            let joined_before = first && code[..offset].ends_with(part);
            let joined_after = last && code[offset + word.len()..].starts_with(part);
            !joined_before && !joined_after
        })
}

/// From the bracket at `open` to the one that closes it, both included; to the end of the code when nothing does.
pub(super) fn bracketed(code: &str, open: usize) -> Range<usize> {
    let mut depth = 0_usize;
    for (offset, c) in code[open..].char_indices() {
        match c {
            '(' | '[' | '{' => depth += 1,
            ')' | ']' | '}' => depth = depth.saturating_sub(1),
            _ => continue,
        }
        if depth == 0 {
            return open..open + offset + 1;
        }
    }
    open..code.len()
}

fn is_test(path: &str) -> bool {
    let mut folders = path.split('/');
    let file = folders.next_back().unwrap_or_default();
    folders.any(|folder| folder == "tests") || file == "tests.rs" || file.ends_with("_tests.rs")
}

fn line_of(text: &str, offset: usize) -> usize {
    text[..offset].matches('\n').count() + 1
}

fn function_at(code: &str, keyword: usize) -> Option<Function<'_>> {
    let rest = code[keyword + "fn".len()..].trim_start();
    let name = rest
        .split(|c: char| !c.is_alphanumeric() && c != '_')
        .next()
        .filter(|name| !name.is_empty())?;
    let body = body_after(code, keyword)?;
    let line = line_of(code, keyword);
    Some(Function {
        name,
        line,
        length: line_of(code, body.end) - line + 1,
    })
}

/// The braces that follow, unless a semicolon outside of other brackets comes first.
fn body_after(code: &str, from: usize) -> Option<Range<usize>> {
    let mut depth = 0_usize;
    for (offset, c) in code[from..].char_indices() {
        match c {
            '(' | '[' => depth += 1,
            ')' | ']' => depth = depth.saturating_sub(1),
            ';' if depth == 0 => return None,
            '{' if depth == 0 => return Some(bracketed(code, from + offset)),
            _ => {}
        }
    }
    None
}

/// Blanks each item under `#[cfg(test)]`, be it `mod tests;` or something with a body.
fn blank_tests(code: &str) -> String {
    const ATTRIBUTE: &str = "#[cfg(test)]";
    let mut left = code.to_owned();
    while let Some(begin) = left.find(ATTRIBUTE) {
        let item = begin + ATTRIBUTE.len();
        let semicolon = || {
            left[item..]
                .find(';')
                .map_or(left.len(), |offset| item + offset + 1)
        };
        let end = body_after(&left, item).map_or_else(semicolon, |body| body.end);
        let blanked = blanked(&left[begin..end]);
        left.replace_range(begin..end, &blanked);
    }
    left
}

/// As many bytes of space, with the line ends kept.
fn blanked(text: &str) -> String {
    text.bytes()
        .map(|byte| if byte == b'\n' { '\n' } else { ' ' })
        .collect()
}

fn blank_comments_and_literals(text: &str) -> String {
    let mut code = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(next) = rest.chars().next() {
        let blank = comment(rest).or_else(|| literal(rest, code.chars().next_back()));
        if let Some(length) = blank {
            code.push_str(&blanked(&rest[..length]));
            rest = &rest[length..];
        } else {
            code.push(next);
            rest = &rest[next.len_utf8()..];
        }
    }
    code
}

/// The length in bytes of the comment that the text begins with.
fn comment(text: &str) -> Option<usize> {
    if text.starts_with("//") {
        return Some(text.find('\n').unwrap_or(text.len()));
    }
    let mut depth = 0_usize;
    let mut at = 0;
    loop {
        let rest = &text[at..];
        if rest.starts_with("/*") {
            depth += 1;
            at += 2;
        } else if depth == 0 {
            return None;
        } else if rest.starts_with("*/") {
            depth -= 1;
            at += 2;
            if depth == 0 {
                return Some(at);
            }
        } else {
            match rest.chars().next() {
                Some(c) => at += c.len_utf8(),
                None => return Some(at),
            }
        }
    }
}

/// The length in bytes of the string or character that the text begins with; `before` stands in front of it.
fn literal(text: &str, before: Option<char>) -> Option<usize> {
    match text.chars().next()? {
        '"' => Some(quoted(text, '"')),
        'r' if before.is_none_or(|c| !(c.is_alphanumeric() || c == '_') || c == 'b' || c == 'c') => raw(text),
        '\'' if is_character(text) => Some(quoted(text, '\'')),
        _ => None,
    }
}

fn quoted(text: &str, quote: char) -> usize {
    let mut escaped = false;
    for (offset, c) in text.char_indices().skip(1) {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            c if c == quote => return offset + c.len_utf8(),
            _ => {}
        }
    }
    text.len()
}

fn raw(text: &str) -> Option<usize> {
    let hashes = text[1..].bytes().take_while(|&byte| byte == b'#').count();
    let open = 1 + hashes;
    text[open..].strip_prefix('"')?;
    let close = format!("\"{}", "#".repeat(hashes));
    let inside = open + 1;
    Some(
        text[inside..]
            .find(&close)
            .map_or(text.len(), |offset| inside + offset + close.len()),
    )
}

/// A quote begins a character, not a lifetime, when an escape or exactly one character and a quote follow it.
fn is_character(text: &str) -> bool {
    let mut chars = text.chars().skip(1);
    match chars.next() {
        Some('\\') => true,
        Some(_) => chars.next() == Some('\''),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(text: &str) -> String {
        blank_comments_and_literals(text)
    }

    #[test]
    fn comments_and_literals_are_blanked_and_nothing_moves() {
        assert_eq!(code("a // b\nc"), "a     \nc");
        assert_eq!(code("a /* b /* c */ d */ e"), "a                   e");
        assert_eq!(code(r#"f("a\"b", x)"#), "f(      , x)");
        assert_eq!(code(r##"f(r#"a"b"#, x)"##), "f(        , x)");
        assert_eq!(code(r#"f(br"a\", x)"#), "f(b     , x)");
        assert_eq!(code("f('\"', '\\'', 'é')"), "f(   ,     ,     )");
        assert_eq!(code("fn f<'a>(x: &'a str)"), "fn f<'a>(x: &'a str)");
        assert_eq!(code("r#fn = \"x\";"), "r#fn =    ;");
        assert_eq!(code("a /* open"), "a        ");
    }

    #[test]
    fn tests_are_not_product() {
        let text = "fn a() {}\n#[cfg(test)]\nmod tests {\n    fn b() {}\n}\nfn c() {}\n#[cfg(test)]\nmod more;\nfn d() {}\n";
        let source = Source::new("src/x.rs", text.to_owned());
        let names: Vec<&str> = source.functions().iter().map(|function| function.name).collect();
        assert_eq!(names, ["a", "c", "d"]);
        assert!(
            Source::new("src/x/tests.rs", text.to_owned())
                .functions()
                .is_empty()
        );
        assert!(is_test("crates/x/tests/y.rs") && is_test("src/x_tests.rs") && !is_test("src/contests.rs"));
    }

    #[test]
    fn a_function_is_as_long_as_its_braces() {
        let text = "trait T {\n    fn declared(&self, x: [u8; 3]);\n}\nfn\nlong<F: Fn(u8)>(f: F)\nwhere\n    F: Fn(u8),\n{\n    if x {\n    }\n}\n";
        let source = Source::new("src/x.rs", text.to_owned());
        assert_eq!(
            source.functions(),
            [Function {
                name: "long",
                line: 4,
                length: 8
            }]
        );
    }

    #[test]
    fn words_are_whole() {
        assert_eq!(
            words("unsafe_code unsafe (unsafe)", "unsafe").collect::<Vec<_>>(),
            [12, 20]
        );
        assert_eq!(
            words("eprintln!() println!()", "println!").collect::<Vec<_>>(),
            [12]
        );
    }

    #[test]
    fn a_module_is_a_file_or_a_folder() {
        let is = |path: &str| Source::new(path, String::new()).is_module("config");
        assert!(is("src/config.rs") && is("src/config/mod.rs"));
        assert!(!is("src/configuration.rs") && !is("src/mail/config.rs"));
    }
}
