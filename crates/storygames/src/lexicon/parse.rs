//! The form of the word files. A line `[name]` begins a section, `#` a comment; everything else is the section's.
//!
//! - A section without more is a list of words, or of phrases where `|` stands between them.
//! - `[verbs]`: a verb on each line, its forms, then a letter for what it stands with (the file says which).
//! - `[set class name flags]`: words of one kind, none of which holds another: with `bird` and `animal` in a set, an
//!   animal would be a wrong answer that is right. `one/other` are too alike to be told apart, `one+ones` is a plural that
//!   is not regular. The class is `noun`, `adjective`, `adverb` or `number`; `detail`: changing one for another changes
//!   what a sentence says and nothing else; `linked`: a Tagalog linker always follows.
//! - `[opposites]`: `word opposite topic`, with `|` or a line's end between them.

/// A section: the words of its header, and its lines.
pub(super) struct Section {
    pub(super) header: Vec<&'static str>,
    pub(super) lines: Vec<&'static str>,
}

impl Section {
    pub(super) fn name(&self) -> &'static str {
        self.header.first().copied().unwrap_or_default()
    }

    pub(super) fn words(&self) -> impl Iterator<Item = &'static str> {
        self.lines.iter().flat_map(|line| line.split_whitespace())
    }

    /// What stands between `|` and at the ends of lines.
    pub(super) fn phrases(&self) -> impl Iterator<Item = &'static str> {
        self.lines.iter().flat_map(|line| line.split('|'))
    }

    pub(super) fn has(&self, flag: &str) -> bool {
        self.header.contains(&flag)
    }
}

pub(super) fn sections(file: &'static str) -> Vec<Section> {
    let mut sections = Vec::new();
    for line in file.lines().map(str::trim) {
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        if let Some(header) = line.strip_prefix('[').and_then(|header| header.strip_suffix(']')) {
            sections.push(Section {
                header: header.split_whitespace().collect(),
                lines: Vec::new(),
            });
        } else if let Some(section) = sections.last_mut() {
            section.lines.push(line);
        }
    }
    sections
}
