//! The last line of defence: takes addresses and tokens out of what other people's code says about our input.
//!
//! Our own lines name none of them. But an error of a library or of a server may quote what it was given.

/// Shorter runs are words; tokens, keys and hashes are longer.
const SHORTEST_TOKEN: usize = 32;

/// The text, with `<address>` for e-mail addresses and URLs that carry a user, and `<token>` for long runs of letters and
/// digits.
pub(super) fn scrub(text: String) -> String {
    if !text.contains('@') && text.len() < SHORTEST_TOKEN {
        return text;
    }
    let mut clean = String::with_capacity(text.len());
    let mut rest = text.as_str();
    while let Some(first) = rest.chars().next() {
        let word = leading(rest, is_part_of_word);
        if word.is_empty() {
            clean.push(first);
            rest = &rest[first.len_utf8()..];
        } else {
            scrub_word(word, &mut clean);
            rest = &rest[word.len()..];
        }
    }
    clean
}

fn scrub_word(word: &str, clean: &mut String) {
    if word.trim_matches('@').contains('@') {
        clean.push_str("<address>");
        return;
    }
    let mut rest = word;
    while let Some(first) = rest.chars().next() {
        let run = leading(rest, is_part_of_token);
        let is_token = run.len() >= SHORTEST_TOKEN && run.bytes().any(|byte| byte.is_ascii_digit());
        clean.push_str(if is_token { "<token>" } else { run });
        rest = &rest[run.len()..];
        if run.is_empty() {
            clean.push(first);
            rest = &rest[first.len_utf8()..];
        }
    }
}

fn leading(text: &str, belongs: fn(char) -> bool) -> &str {
    let end = text.find(|character| !belongs(character));
    &text[..end.unwrap_or(text.len())]
}

/// Whether this may stand in a word: an address, a token or any other.
pub(super) fn is_part_of_word(character: char) -> bool {
    character.is_alphanumeric() || "@.+-_%:/~!#$&*?^=".contains(character)
}

fn is_part_of_token(character: char) -> bool {
    character.is_ascii_alphanumeric() || matches!(character, '-' | '_')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_and_tokens_are_taken_out() {
        let clean = |text: &str| scrub(text.to_owned());
        assert_eq!(
            clean("Key (email)=(mira.lopez+1@example.org) exists"),
            "Key (email)=(<address>) exists"
        );
        assert_eq!(
            clean("no route to postgres://tales:secret@db/tales"),
            "no route to <address>"
        );
        let jwt = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiIxMDAwMDAwIn0x123456.c2lnbmF0dXJlLXNpZ25hdHVyZS0x";
        let left = clean(&format!("Bearer {jwt}, ended"));
        assert!(
            left.starts_with("Bearer <token>.") && left.ends_with(", ended"),
            "{left}"
        );
    }

    #[test]
    fn what_is_neither_stays_as_it_is() {
        for text in [
            "the database cannot be reached",
            "1000000 rows @ 3 ms",
            "src/stories/api/lists.rs:17:9 über Größe — ünïcode",
            "a word-of-many-letters-and-hyphens-without-figures",
        ] {
            assert_eq!(scrub(text.to_owned()), text);
        }
    }
}
