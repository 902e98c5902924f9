//! The texts. Each mail is written once as a [`Letter`] and rendered twice, as plain text and as HTML.
//!
//! Names come from strangers. They lose everything that could break a line or a header, are cut to a length, are
//! escaped wherever HTML is made, and are left out when they look like a link: otherwise the sign-up form would
//! mail anybody's advertisement to anybody's address.

use std::fmt::Write as _;

use super::{Kind, Mail, SENDER_NAME};

/// The longest display name in a mail, in characters.
const MAX_NAME: usize = 50;
/// The longest subject, in characters.
const MAX_SUBJECT: usize = 120;
/// The longest code, in characters.
const MAX_CODE: usize = 12;
/// The longest contact that a notice names, in characters.
const MAX_CONTACT: usize = 120;

const FOOTER: &str = "Tinytales, where children write and draw stories.";
const NEVER_SHARE: &str = "Keep the code to yourself. Nobody from Tinytales will ever ask you for it.";

/// Whom a mail is for.
#[derive(Clone, Copy)]
pub struct Recipient<'a> {
    /// The e-mail address.
    pub address: &'a str,
    /// The display name, as the account has it.
    pub name: &'a str,
}

/// The code that confirms the address of a new account; it works for `minutes`.
pub fn verification(to: Recipient<'_>, code: &str, minutes: u32) -> Mail {
    let code = clean(code, MAX_CODE);
    let words = |text: &str| Part::Words(text.to_owned());
    Letter {
        kind: Kind::Verification,
        subject: "Confirm your e-mail address for Tinytales",
        parts: vec![
            words("Welcome! Type this code into the app, and your account is ready:"),
            Part::Code(code.clone()),
            Part::Words(format!("It works once, within {}.", spell_minutes(minutes))),
            words(NEVER_SHARE),
            words("You did not sign up? Then somebody mistyped an address: ignore this mail."),
        ],
    }
    .into_mail(to, Some(code))
}

/// The code that allows a new password; it works for `minutes`.
pub fn password_reset(to: Recipient<'_>, code: &str, minutes: u32) -> Mail {
    let code = clean(code, MAX_CODE);
    let words = |text: &str| Part::Words(text.to_owned());
    Letter {
        kind: Kind::PasswordReset,
        subject: "Your code for a new Tinytales password",
        parts: vec![
            words("You asked for a new password. Type this code into the app, then choose one:"),
            Part::Code(code.clone()),
            Part::Words(format!("It works once, within {}.", spell_minutes(minutes))),
            words(NEVER_SHARE),
            words("It was not you? Ignore this mail: without the code your password stays as it is."),
        ],
    }
    .into_mail(to, Some(code))
}

/// The hint to the owner of an account whose address somebody tried to sign up with.
pub fn already_registered(to: Recipient<'_>) -> Mail {
    let words = |text: &str| Part::Words(text.to_owned());
    Letter {
        kind: Kind::AlreadyRegistered,
        subject: "You already have a Tinytales account",
        parts: vec![
            words(
                "Somebody tried to sign up with this address. It has an account already, so no new one was \
                 made and nothing has changed.",
            ),
            words(
                "If it was you, sign in as usual. Should the password be lost, ask for a new one on the \
                 sign-in page.",
            ),
            words("If it was not you, there is nothing to do."),
        ],
    }
    .into_mail(to, None)
}

/// The mail that somebody sends to themselves, to see whether mail arrives.
pub fn test(to: Recipient<'_>) -> Mail {
    let words = |text: &str| Part::Words(text.to_owned());
    Letter {
        kind: Kind::Test,
        subject: "Mail from Tinytales arrives",
        parts: vec![
            words("You asked for this mail in the settings of your account, and here it is."),
            words("There is nothing to do. What you want to be told of stands in the settings, too."),
        ],
    }
    .into_mail(to, None)
}

/// The question to a new address: whoever reads it follows `link` (http or https, anything else is left out).
pub fn confirm_address(to: Recipient<'_>, link: &str) -> Mail {
    let words = |text: &str| Part::Words(text.to_owned());
    let mut parts = vec![
        words("This address was given for your account. Please confirm that it is yours:"),
        words("Until then, what we write by ourselves about children does not come here."),
        words("You have no account here? Then somebody mistyped an address: ignore this mail."),
    ];
    if is_web_link(link) {
        let link = Part::Link {
            label: "Confirm my address",
            url: link.to_owned(),
        };
        parts.insert(1, link);
    }
    Letter {
        kind: Kind::AddressProof,
        subject: "Please confirm your Tinytales e-mail address",
        parts,
    }
    .into_mail(to, None)
}

/// The notice to the old address after the account moved to a new one.
///
/// `contact` is whom to tell if it was somebody else; without one the mail speaks of the people who run the
/// server. `undo_link` (http or https, anything else is left out) takes the change back. The new address is not
/// named: the old mailbox may be the one that has fallen into wrong hands.
pub fn email_changed(to: Recipient<'_>, contact: Option<&str>, undo_link: Option<&str>) -> Mail {
    let contact = contact
        .map(|contact| clean(contact, MAX_CONTACT))
        .filter(|contact| !contact.is_empty());
    let contact = contact.as_deref().unwrap_or("the people who run your Tinytales");
    let undo = undo_link.filter(|link| is_web_link(link));
    let mut parts = vec![
        Part::Words(
            "The e-mail address of your account was changed. From now on you sign in with the new one, and \
             mails go there."
                .to_owned(),
        ),
        Part::Words("If it was you, all is well.".to_owned()),
    ];
    match undo {
        Some(link) => {
            parts.push(Part::Words("If it was not you, take the change back:".to_owned()));
            parts.push(Part::Link {
                label: "Undo the change",
                url: link.to_owned(),
            });
            parts.push(Part::Words(format!(
                "Then choose a new password, and tell {contact}."
            )));
        }
        None => parts.push(Part::Words(format!("If it was not you, tell {contact} at once."))),
    }
    Letter {
        kind: Kind::EmailChanged,
        subject: "Your Tinytales e-mail address was changed",
        parts,
    }
    .into_mail(to, None)
}

/// One mail before it is rendered.
pub(super) struct Letter {
    pub(super) kind: Kind,
    pub(super) subject: &'static str,
    pub(super) parts: Vec<Part>,
}

/// A piece of a letter, in plain text; rendering escapes it.
pub(super) enum Part {
    Words(String),
    Code(String),
    Link {
        label: &'static str,
        url: String,
    },
    /// One line each.
    Items(Vec<String>),
    /// What follows is in this language (`tl`).
    Language(&'static str),
}

/// The name of somebody, for a text; empty when there is nothing left of it or it looks like a link.
pub(super) fn shown_name(name: &str) -> String {
    let name = clean(name, MAX_NAME);
    if looks_like_a_link(&name) {
        String::new()
    } else {
        name
    }
}

impl Letter {
    pub(super) fn into_mail(self, to: Recipient<'_>, code: Option<String>) -> Mail {
        let name = shown_name(to.name);
        let greeting = if name.is_empty() {
            "Hello!".to_owned()
        } else {
            format!("Hello {name}!")
        };
        Mail {
            to: to.address.to_owned(),
            text: self.text(&greeting),
            html: self.html(&greeting),
            to_name: name,
            kind: self.kind,
            code,
            subject: clean(self.subject, MAX_SUBJECT),
            unsubscribe: None,
            id: None,
        }
    }

    fn text(&self, greeting: &str) -> String {
        let mut text = format!("{greeting}\n\n");
        for part in &self.parts {
            let _ = match part {
                Part::Words(words) => write!(text, "{words}\n\n"),
                Part::Code(code) => write!(text, "    {code}\n\n"),
                Part::Link { label, url } => write!(text, "{label}: {url}\n\n"),
                Part::Items(items) => writeln!(text, "  * {}\n", items.join("\n  * ")),
                Part::Language(_) => write!(text, "* * *\n\n"),
            };
        }
        text + "-- \n" + FOOTER + "\n"
    }

    fn html(&self, greeting: &str) -> String {
        let mut html = format!(
            "<!doctype html><html lang=\"en\"><body style=\"margin:0;background:#f6f1e7;\
             font:16px/1.5 sans-serif;color:#2b2b2b\">\
             <div style=\"max-width:34em;margin:0 auto;background:#fff\">\
             <div style=\"padding:16px 24px;background:#2f6f62;color:#fff;font-size:20px\">{SENDER_NAME}</div>\
             <div style=\"padding:16px 24px\"><p>{}</p>",
            escape(greeting)
        );
        for part in &self.parts {
            let _ = match part {
                Part::Words(words) => write!(html, "<p>{}</p>", escape(words)),
                Part::Code(code) => write!(
                    html,
                    "<p style=\"font:bold 30px monospace;letter-spacing:6px;text-align:center\">{}</p>",
                    escape(code)
                ),
                Part::Link { label, url } => {
                    write!(html, "<p><a href=\"{}\">{}</a></p>", escape(url), escape(label))
                }
                Part::Items(items) => {
                    let items: Vec<String> = items.iter().map(|item| escape(item)).collect();
                    write!(html, "<ul><li>{}</li></ul>", items.join("</li><li>"))
                }
                Part::Language(language) => write!(
                    html,
                    "</div><div lang=\"{language}\" style=\"padding:16px 24px;border-top:1px solid #e4dccb\">"
                ),
            };
        }
        html + "</div><div style=\"padding:12px 24px;font-size:13px;color:#6b6b6b\">"
            + FOOTER
            + "</div></div></body></html>"
    }
}

fn spell_minutes(minutes: u32) -> String {
    if minutes == 1 {
        "1 minute".to_owned()
    } else {
        format!("{minutes} minutes")
    }
}

/// `text` on one line, at most `limit` characters, without control characters and without the invisible ones
/// that reverse or break a line.
fn clean(text: &str, limit: usize) -> String {
    let breaks_lines = |c: char| {
        c.is_control() || matches!(c, '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
    };
    let kept: String = text
        .trim()
        .chars()
        .filter(|&c| !breaks_lines(c))
        .take(limit)
        .collect();
    kept.trim().to_owned()
}

/// Whether a mail program may turn `name` into something to click on: an address, a URL, or `word.word`.
fn looks_like_a_link(name: &str) -> bool {
    let dotted = |(before, after): (char, char)| before == '.' && after.is_alphanumeric();
    name.contains(['/', '@', '\\']) || name.chars().zip(name.chars().skip(1)).any(dotted)
}

pub(super) fn is_web_link(link: &str) -> bool {
    let web = link.starts_with("https://") || link.starts_with("http://");
    web && link.chars().all(|c| c.is_ascii_graphic() && c != '"')
}

/// `text` for an HTML text node or a double-quoted attribute.
fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            other => escaped.push(other),
        }
    }
    escaped
}
