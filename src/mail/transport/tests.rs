use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use serde_json::Value;

use super::fakes::Fake;
use super::{
    Brevo, Encryption, Failover, FileTransport, LogTransport, SendError, SendGrid, Smtp, SmtpSettings,
    TIMEOUT, Transport,
};
use crate::clock::Clock;
use crate::logging::{Level, Log};
use crate::mail::templates::{Recipient, verification};
use crate::mail::{Kind, Mail};

const FROM: &str = "tales@example.org";
const NO_PATIENCE: Duration = Duration::from_millis(100);

fn mail() -> Mail {
    verification(
        Recipient {
            address: "mira@example.org",
            name: "Mira \"M\" López",
        },
        "042137",
        15,
    )
}

/// What the templates never make; the transports must stand it anyway.
fn hostile() -> Mail {
    Mail {
        to_name: "Mira\r\nBcc: all@example.org".to_owned(),
        subject: "Hello\r\nBcc: all@example.org\r\n\r\nbody".to_owned(),
        ..mail()
    }
}

fn temporary(reason: &str) -> Result<(), SendError> {
    Err(SendError::Temporary(reason.to_owned()))
}

fn permanent(reason: &str) -> Result<(), SendError> {
    Err(SendError::Permanent(reason.to_owned()))
}

fn brevo(fake: &Fake) -> Brevo {
    Brevo::at(&fake.base(), "the-key".to_owned(), FROM.to_owned(), TIMEOUT)
}

fn sendgrid(fake: &Fake) -> SendGrid {
    SendGrid::at(&fake.base(), "the-key", FROM.to_owned(), TIMEOUT)
}

fn smtp(fake: &Fake, encryption: Encryption, password: &str) -> Smtp {
    Smtp::new(SmtpSettings {
        host: "127.0.0.1".to_owned(),
        port: fake.port,
        encryption,
        login: Some(("tales".to_owned(), password.to_owned())),
        from: FROM.to_owned(),
    })
    .unwrap()
}

/// The head and the JSON body of the next request.
fn heard_json(fake: &Fake) -> (String, Value) {
    let request = fake.heard();
    let (head, body) = request.split_once("\n\n").unwrap();
    (head.to_owned(), serde_json::from_str(body).unwrap())
}

#[test]
fn brevo_gets_what_its_api_wants() {
    let fake = Fake::http(&[201]);
    assert_eq!(brevo(&fake).send(&mail()), Ok(()));
    let (head, body) = heard_json(&fake);
    assert!(head.starts_with("post /v3/smtp/email http/1.1"), "{head}");
    assert!(head.contains("api-key: the-key"), "{head}");
    assert_eq!(
        body["sender"],
        serde_json::json!({ "email": FROM, "name": "Tinytales" })
    );
    assert_eq!(body["to"][0]["email"], "mira@example.org");
    assert_eq!(body["to"][0]["name"], "Mira \"M\" López");
    assert!(body["textContent"].as_str().unwrap().contains("042137"));
    assert!(body["htmlContent"].as_str().unwrap().contains("042137"));
}

#[test]
fn sendgrid_gets_what_its_api_wants() {
    let fake = Fake::http(&[202]);
    let nameless = Mail {
        to_name: String::new(),
        ..mail()
    };
    assert_eq!(sendgrid(&fake).send(&nameless), Ok(()));
    let (head, body) = heard_json(&fake);
    assert!(head.starts_with("post /v3/mail/send http/1.1"), "{head}");
    assert!(head.contains("authorization: bearer the-key"), "{head}");
    assert_eq!(
        body["personalizations"][0]["to"][0],
        serde_json::json!({ "email": "mira@example.org" })
    );
    assert_eq!(body["from"]["email"], FROM);
    assert_eq!(body["content"][0]["type"], "text/plain");
    assert_eq!(body["content"][1]["value"], nameless.html);
}

fn letter(link: Option<&str>) -> Mail {
    Mail {
        kind: Kind::WeeklyReport,
        unsubscribe: link.map(str::to_owned),
        id: Some("0123456789abcdef0123456789abcdef".to_owned()),
        ..mail()
    }
}

const LINK: &str =
    "https://tales.example.org/account/unsubscribe/7-w-00112233445566778899aabbccddeeff-and-more";

#[test]
fn the_apis_are_told_how_a_letter_is_switched_off() {
    let fake = Fake::http(&[201, 201, 201]);
    let brevo = brevo(&fake);
    for (mail, list) in [
        (letter(Some(LINK)), format!("<{LINK}>")),
        (letter(None), format!("<mailto:{FROM}?subject=unsubscribe>")),
    ] {
        assert_eq!(brevo.send(&mail), Ok(()));
        let headers = heard_json(&fake).1["headers"].clone();
        assert_eq!(headers["List-Unsubscribe"], list);
        assert_eq!(headers["Idempotency-Key"], "01234567-89ab-cdef-0123-456789abcdef");
        assert_eq!(
            headers.get("List-Unsubscribe-Post").is_some(),
            mail.unsubscribe.is_some()
        );
    }
    assert_eq!(brevo.send(&mail()), Ok(()));
    assert_eq!(heard_json(&fake).1.get("headers"), None);

    let fake = Fake::http(&[202, 202]);
    assert_eq!(sendgrid(&fake).send(&letter(Some(LINK))), Ok(()));
    let headers = heard_json(&fake).1["headers"].clone();
    assert_eq!(headers["List-Unsubscribe-Post"], "List-Unsubscribe=One-Click");
    assert_eq!(sendgrid(&fake).send(&mail()), Ok(()));
    assert_eq!(heard_json(&fake).1.get("headers"), None);
}

#[test]
fn smtp_says_how_a_letter_is_switched_off_and_which_mail_it_is() {
    let fake = Fake::smtp(&["250 fine", "250 fine"]);
    let relay = smtp(&fake, Encryption::Plain, "hush");
    assert_eq!(relay.send(&letter(Some(LINK))), Ok(()));
    let heard = fake.heard();
    for part in [
        format!("\nList-Unsubscribe: <{LINK}>\n"),
        "\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\n".to_owned(),
        "\nMessage-ID: <0123456789abcdef0123456789abcdef@example.org>\n".to_owned(),
    ] {
        assert!(heard.contains(&part), "{part:?} is missing in {heard}");
    }
    let injected = letter(Some("https://x\r\nBcc: all@example.org"));
    assert_eq!(
        relay.send(&injected),
        permanent("SMTP cannot carry the List-Unsubscribe")
    );
    assert_eq!(relay.send(&letter(None)), Ok(()));
    assert!(
        fake.heard()
            .contains("\nList-Unsubscribe: <mailto:tales@example.org?subject=unsubscribe>\n")
    );
}

#[test]
fn a_status_decides_whether_trying_again_helps() {
    let for_good = [400, 404, 422];
    let for_now = [301, 307, 401, 402, 403, 408, 429, 500, 503];
    let fake = Fake::http(&[&for_good[..], &for_now[..]].concat());
    let brevo = brevo(&fake);
    for status in for_good {
        assert_eq!(
            brevo.send(&mail()),
            permanent(&format!("Brevo answered {status}"))
        );
    }
    for status in for_now {
        assert_eq!(
            brevo.send(&mail()),
            temporary(&format!("Brevo answered {status}"))
        );
    }
}

#[test]
fn an_api_that_is_not_there_may_be_there_later() {
    let fake = Fake::http(&[0]);
    assert_eq!(brevo(&fake).send(&mail()), temporary("Brevo cannot be reached"));
    // The fake has hung up on its one connection and is gone.
    fake.heard();
    assert_eq!(brevo(&fake).send(&mail()), temporary("Brevo cannot be reached"));
}

#[test]
fn a_silent_server_is_given_up() {
    let http = Fake::silent();
    let api = Brevo::at(&http.base(), String::new(), FROM.to_owned(), NO_PATIENCE);
    assert_eq!(api.send(&mail()), temporary("Brevo took too long"));

    let silent = Fake::silent();
    let settings = SmtpSettings {
        host: "127.0.0.1".to_owned(),
        port: silent.port,
        encryption: Encryption::Plain,
        login: None,
        from: FROM.to_owned(),
    };
    let relay = Smtp::with_timeout(settings, NO_PATIENCE).unwrap();
    assert_eq!(relay.send(&mail()), temporary("the SMTP server took too long"));
}

#[test]
fn https_is_spoken_with_tls() {
    // A server that only speaks plain HTTP cannot be talked to under https, and nothing panics on the way.
    let fake = Fake::http(&[201]);
    let base = format!("https://127.0.0.1:{}", fake.port);
    let sent = Brevo::at(&base, "the-key".to_owned(), FROM.to_owned(), TIMEOUT).send(&mail());
    assert!(matches!(sent, Err(SendError::Temporary(_))), "{sent:?}");
    assert!(!fake.heard().contains("the-key"));
}

#[test]
fn smtp_delivers_both_forms() {
    let fake = Fake::smtp(&["250 fine"]);
    assert_eq!(smtp(&fake, Encryption::Plain, "hush").send(&mail()), Ok(()));
    let heard = fake.heard();
    for part in [
        "MAIL FROM:<tales@example.org>",
        "RCPT TO:<mira@example.org>",
        "From: Tinytales <tales@example.org>",
        "Subject: Confirm your e-mail address for Tinytales",
        "Content-Type: multipart/alternative;",
        "Content-Type: text/plain; charset=utf-8",
        "Content-Type: text/html; charset=utf-8",
        "042137",
        "@example.org>\nMIME-Version",
    ] {
        assert!(heard.contains(part), "{part:?} is missing in {heard}");
    }
}

#[test]
fn smtp_headers_cannot_be_injected() {
    let fake = Fake::smtp(&["250 fine"]);
    assert_eq!(smtp(&fake, Encryption::Plain, "hush").send(&hostile()), Ok(()));
    let heard = fake.heard();
    assert_eq!(heard.matches("RCPT TO").count(), 1);
    assert!(!heard.contains("\nBcc:"), "{heard}");
    assert!(!heard.contains("\nbody"), "{heard}");

    let address = Mail {
        to: "mira@example.org>\r\nRCPT TO:<all@example.org".to_owned(),
        ..mail()
    };
    let relay = smtp(&fake, Encryption::Plain, "hush");
    assert_eq!(relay.send(&address), permanent("SMTP cannot carry the address"));
}

#[test]
fn an_smtp_answer_decides_whether_trying_again_helps() {
    let fake = Fake::smtp(&["550 no such mira@example.org", "451 later", "250 fine"]);
    let relay = smtp(&fake, Encryption::Plain, "hush");
    assert_eq!(relay.send(&mail()), permanent("the SMTP server answered 550"));
    assert_eq!(relay.send(&mail()), temporary("the SMTP server answered 451"));
    let wrong = smtp(&fake, Encryption::Plain, "guess");
    assert_eq!(wrong.send(&mail()), temporary("the SMTP server answered 535"));
}

#[test]
fn smtp_without_the_promised_starttls_gets_nothing() {
    let fake = Fake::smtp(&["250 fine"]);
    let sent = smtp(&fake, Encryption::StartTls, "hush").send(&mail());
    assert_eq!(sent, temporary("the SMTP server cannot be used"));
    let heard = fake.heard();
    assert!(!heard.contains("AUTH") && !heard.contains("MAIL"), "{heard}");
}

/// Answers what it is told to and counts how often it is asked.
struct Canned(Result<(), SendError>, Arc<Mutex<u32>>);

impl Transport for Canned {
    fn send(&self, _: &Mail) -> Result<(), SendError> {
        *self.1.lock().unwrap() += 1;
        self.0.clone()
    }
}

#[test]
fn failover_goes_on_only_where_it_can_help() {
    let cases = [
        (vec![Ok(()), Ok(())], Ok(()), 1),
        (vec![temporary("a"), Ok(()), Ok(())], Ok(()), 2),
        (vec![temporary("a"), permanent("b"), Ok(())], permanent("b"), 2),
        (vec![temporary("a"), temporary("b")], temporary("a; b"), 2),
    ];
    for (answers, outcome, asked) in cases {
        let count = Arc::new(Mutex::new(0));
        let ways = answers
            .into_iter()
            .map(|answer| Canned(answer, Arc::clone(&count)));
        let ways = ways.map(|way| -> Box<dyn Transport> { Box::new(way) }).collect();
        assert_eq!(Failover::new(ways).send(&mail()), outcome);
        assert_eq!(*count.lock().unwrap(), asked);
    }
}

#[test]
fn failover_crosses_from_one_api_to_the_other() {
    let (first, second) = (Fake::http(&[503]), Fake::http(&[202]));
    let ways = Failover::new(vec![Box::new(brevo(&first)), Box::new(sendgrid(&second))]);
    assert_eq!(ways.send(&mail()), Ok(()));
    first.heard();
    second.heard();
}

fn files(folder: &Path) -> BTreeSet<String> {
    fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect()
}

fn is_json(name: &str) -> bool {
    Path::new(name)
        .extension()
        .is_some_and(|extension| extension == "json")
}

#[test]
fn files_are_private_complete_and_in_order() {
    let folder = tempfile::tempdir().unwrap();
    let clock = Clock::manual(9_999_999);
    let (one, two) = (
        FileTransport::open(folder.path(), clock.clone()).unwrap(),
        FileTransport::open(folder.path(), clock.clone()).unwrap(),
    );
    one.send(&Mail {
        subject: "1".to_owned(),
        ..mail()
    })
    .unwrap();
    one.send(&Mail {
        subject: "2".to_owned(),
        ..mail()
    })
    .unwrap();
    clock.advance(1);
    two.send(&Mail {
        subject: "3".to_owned(),
        code: None,
        kind: Kind::EmailChanged,
        ..mail()
    })
    .unwrap();

    let read = |name: &String| -> Value {
        let path = folder.path().join(name);
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        serde_json::from_slice(&fs::read(path).unwrap()).unwrap()
    };
    let names = files(folder.path());
    assert!(names.iter().all(|name| is_json(name)), "{names:?}");
    let mails: Vec<Value> = names.iter().map(read).collect();
    let subjects: Vec<&str> = mails
        .iter()
        .map(|mail| mail["subject"].as_str().unwrap())
        .collect();
    assert_eq!(subjects, ["1", "2", "3"]);
    let expected = serde_json::json!({
        "to": "mira@example.org", "kind": "verification", "code": "042137", "subject": "1", "unsubscribe": null,
        "id": null, "text": mail().text,
    });
    assert_eq!(mails[0], expected);
    assert_eq!(
        (&mails[2]["kind"], &mails[2]["code"]),
        (&Value::from("email_changed"), &Value::Null)
    );
}

#[test]
fn two_servers_in_one_folder_do_not_meet() {
    let folder = tempfile::tempdir().unwrap();
    for _ in 0..2 {
        FileTransport::open(folder.path(), Clock::manual(0))
            .unwrap()
            .send(&mail())
            .unwrap();
    }
    assert_eq!(files(folder.path()).len(), 2);
}

#[test]
fn a_reader_never_sees_half_a_file() {
    let folder = tempfile::tempdir().unwrap();
    let transport = FileTransport::open(folder.path(), Clock::manual(0)).unwrap();
    let large = Mail {
        text: "x".repeat(1 << 20),
        ..mail()
    };
    thread::scope(|scope| {
        let writer = scope.spawn(|| (0..8).for_each(|_| transport.send(&large).unwrap()));
        while !writer.is_finished() {
            for name in files(folder.path()).iter().filter(|name| is_json(name)) {
                let content = fs::read(folder.path().join(name)).unwrap();
                assert!(content.ends_with(b"x\"}"), "{name} has {} bytes", content.len());
            }
        }
    });
    assert_eq!(files(folder.path()).len(), 8);
}

#[test]
fn a_lost_folder_is_a_trouble_for_now() {
    let folder = tempfile::tempdir().unwrap();
    let transport = FileTransport::open(folder.path(), Clock::manual(0)).unwrap();
    folder.close().unwrap();
    let sent = transport.send(&mail());
    assert_eq!(
        sent,
        temporary("the mail folder cannot be written: entity not found")
    );
}

#[test]
fn the_log_shows_the_code_and_not_the_address() {
    let (log, written) = Log::captured(Level::Debug, &Clock::system());
    let guard = log.listen();
    LogTransport.send(&mail()).unwrap();
    drop(guard);
    let logged = written.text();
    assert!(
        logged.contains("info") && logged.contains("verification") && logged.contains("042137"),
        "{logged}"
    );
    assert!(!logged.contains("mira") && !logged.contains("Mira"), "{logged}");
}
