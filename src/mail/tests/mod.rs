//! Tests of the texts, the settings and the outbox. The transports have their own.

mod mailer;
mod outbox;
mod post;
mod settings;
mod templates;

use super::{Kind, is_mailable};

#[test]
fn only_one_plain_address_is_mailable() {
    for good in ["mira@example.org", "m.lopez+story@mail.example.co", "a@b"] {
        assert!(is_mailable(good), "{good}");
    }
    for bad in [
        "",
        "mira",
        "@example.org",
        "mira@",
        "mira@a@b",
        "mira@example.org\r\nBcc: all@example.org",
        "mira@example.org, all@example.org",
        "Mira <mira@example.org>",
        "mira @example.org",
        "mïra@example.org",
        "leo@child.tinytales.local",
    ] {
        assert!(!is_mailable(bad), "{bad:?}");
    }
    assert!(!is_mailable(&format!("{}@example.org", "m".repeat(250))));
}

#[test]
fn kinds_come_back_from_their_names() {
    for kind in [
        Kind::Verification,
        Kind::PasswordReset,
        Kind::AddressProof,
        Kind::EmailChanged,
        Kind::AlreadyRegistered,
        Kind::Test,
    ] {
        assert_eq!(Kind::from_name(kind.as_str()), kind);
    }
    assert_eq!(Kind::from_name("something_newer"), Kind::Other);
}

#[test]
fn a_logged_mail_gives_nothing_away() {
    let shown = format!("{:?}", templates::a_mail());
    assert_eq!(shown, "Mail { kind: Verification, .. }");
}
