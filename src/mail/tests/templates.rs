use crate::mail::templates::{self, Recipient};
use crate::mail::{Kind, Mail};

const MIRA: Recipient<'_> = Recipient {
    address: "mira@example.org",
    name: "Mira",
};

pub(super) fn a_mail() -> Mail {
    templates::verification(MIRA, "042137", 15)
}

fn named(name: &str) -> Mail {
    templates::verification(Recipient { name, ..MIRA }, "042137", 15)
}

#[test]
fn a_code_mail_says_what_matters_in_both_forms() {
    let mails = [
        (a_mail(), Kind::Verification),
        (templates::password_reset(MIRA, "042137", 15), Kind::PasswordReset),
    ];
    for (mail, kind) in mails {
        assert_eq!(
            (mail.to.as_str(), mail.to_name.as_str()),
            ("mira@example.org", "Mira")
        );
        assert_eq!((mail.kind, mail.code.as_deref()), (kind, Some("042137")));
        assert!(!mail.subject.contains("042137"), "a locked phone shows subjects");
        for body in [&mail.text, &mail.html] {
            for part in [
                "Hello Mira!",
                "042137",
                "within 15 minutes",
                "Nobody from Tinytales will ever ask",
            ] {
                assert!(body.contains(part), "{part:?} is missing in {body}");
            }
        }
    }
    assert!(
        templates::verification(MIRA, "1", 1)
            .text
            .contains("within 1 minute.")
    );
}

#[test]
fn the_hint_carries_no_code() {
    let mail = templates::already_registered(MIRA);
    assert_eq!((mail.kind, mail.code), (Kind::AlreadyRegistered, None));
    assert!(mail.text.contains("has an account already"));
}

#[test]
fn the_test_mail_says_that_it_is_one() {
    let mail = templates::test(MIRA);
    assert_eq!((mail.kind, mail.code.as_deref()), (Kind::Test, None));
    assert!(mail.text.contains("Hello Mira!") && mail.html.contains("You asked for this mail"));
}

#[test]
fn the_notice_names_the_way_back() {
    let plain = templates::email_changed(MIRA, None, None);
    assert_eq!((plain.kind, plain.code.as_deref()), (Kind::EmailChanged, None));
    assert!(
        plain
            .text
            .contains("tell the people who run your Tinytales at once")
    );
    assert!(!plain.html.contains("href"));

    let link = "https://tales.example.org/undo?a=1&b=2";
    let full = templates::email_changed(MIRA, Some("Ms <b>Ortiz</b>"), Some(link));
    assert!(full.text.contains(&format!("Undo the change: {link}\n")));
    assert!(
        full.html
            .contains(r#"<a href="https://tales.example.org/undo?a=1&amp;b=2">"#)
    );
    assert!(full.html.contains("Ms &lt;b&gt;Ortiz&lt;/b&gt;"));

    for other in ["javascript:alert(1)", "https://x\"onclick=\"y", "https://x y"] {
        assert!(
            !templates::email_changed(MIRA, None, Some(other))
                .html
                .contains("href"),
            "{other}"
        );
    }
}

#[test]
fn a_name_cannot_write_html() {
    let mail = named("<script>alert('x')</script>".replace('/', "").as_str());
    assert!(
        mail.html
            .contains("Hello &lt;script&gt;alert(&#39;x&#39;)&lt;script&gt;!"),
        "{}",
        mail.html
    );
    assert!(
        named("Tom & \"Jerry\"")
            .html
            .contains("Hello Tom &amp; &quot;Jerry&quot;!")
    );
    // As it is usually tried, the slash makes it a link, and the name is left out altogether.
    assert!(!named("<script>alert('x')</script>").html.contains("script"));
}

#[test]
fn a_code_cannot_write_html() {
    let mail = templates::password_reset(MIRA, "<b>1</b>", 15);
    assert!(mail.html.contains("&lt;b&gt;1&lt;/b&gt;"));
    assert!(!mail.html.contains("<b>"));
}

#[test]
fn a_name_stays_on_its_line() {
    let mail = named("  Mira\r\nBcc: all\u{0}\u{2028}\u{202e}\u{7f} ");
    assert_eq!(mail.to_name, "MiraBcc: all");
    assert!(mail.text.starts_with("Hello MiraBcc: all!\n\n"));
}

#[test]
fn a_name_is_cut_to_fifty_characters() {
    assert_eq!(named(&"ä".repeat(5000)).to_name, "ä".repeat(50));
}

#[test]
fn a_name_that_looks_like_a_link_is_left_out() {
    for name in [
        "Win at evil.example",
        "https://evil",
        "www.evil",
        "me@evil",
        "\r\n",
        "",
    ] {
        let mail = named(name);
        assert!(mail.text.starts_with("Hello!\n"), "{name}: {}", mail.text);
        assert_eq!(mail.to_name, "");
    }
    assert_eq!(named("J. R. Smith, Dr.").to_name, "J. R. Smith, Dr.");
}
