use std::fs;
use std::os::unix::fs::PermissionsExt;

use super::templates::a_mail;
use crate::clock::Clock;
use crate::mail::{Delivery, MailSettings};

#[expect(clippy::unnecessary_wraps, reason = "reads like a value that is set")]
fn set(value: &str) -> Option<String> {
    Some(value.to_owned())
}

fn outcome(settings: &MailSettings) -> Result<bool, String> {
    let delivery = settings.delivery(&Clock::manual(0))?;
    Ok(matches!(delivery, Delivery::By(_)))
}

fn refusal(settings: &MailSettings) -> String {
    outcome(settings).unwrap_err()
}

#[test]
fn nothing_set_means_no_mail() {
    assert_eq!(outcome(&MailSettings::default()), Ok(false));
    let blank = MailSettings {
        provider: set(" "),
        brevo_key: set(""),
        ..MailSettings::default()
    };
    assert_eq!(outcome(&blank), Ok(false));
}

#[test]
fn each_way_is_found_by_its_own_setting() {
    let from = set("tales@example.org");
    let ways = [
        MailSettings {
            brevo_key: set("k"),
            from: from.clone(),
            ..MailSettings::default()
        },
        MailSettings {
            sendgrid_key: set("k"),
            from: from.clone(),
            ..MailSettings::default()
        },
        MailSettings {
            smtp_host: set("mail.example.org"),
            from: from.clone(),
            ..MailSettings::default()
        },
        MailSettings {
            provider: set("log"),
            debug: true,
            ..MailSettings::default()
        },
        MailSettings {
            provider: set("smtp, brevo"),
            smtp_host: set("mail.example.org"),
            brevo_key: set("k"),
            from,
            ..MailSettings::default()
        },
    ];
    for way in ways {
        assert_eq!(outcome(&way), Ok(true), "{way:?}");
    }
}

#[test]
fn a_folder_wins_over_everything_that_really_sends() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("mails");
    let settings = MailSettings {
        folder: set(path.to_str().unwrap()),
        // Without MAIL_FROM these would be refused, were they looked at.
        brevo_key: set("k"),
        smtp_host: set("mail.example.org"),
        ..MailSettings::default()
    };
    let Delivery::By(transport) = settings.delivery(&Clock::manual(0)).unwrap() else {
        panic!("a folder is a way");
    };
    transport.send(&a_mail()).unwrap();
    assert_eq!(fs::read_dir(&path).unwrap().count(), 1);
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o700);
}

#[test]
fn a_mistake_is_named_and_shows_no_secret() {
    let smtp = MailSettings {
        smtp_host: set("mail.example.org"),
        smtp_user: set("tales"),
        smtp_password: set("hush"),
        from: set("tales@example.org"),
        ..MailSettings::default()
    };
    let cases = [
        (
            MailSettings {
                provider: set("pigeon"),
                ..MailSettings::default()
            },
            "MAIL_PROVIDER",
        ),
        (
            MailSettings {
                provider: set("log"),
                ..MailSettings::default()
            },
            "DEBUG=true",
        ),
        (
            MailSettings {
                provider: set("file"),
                ..MailSettings::default()
            },
            "MAIL_DIR",
        ),
        (
            MailSettings {
                provider: set("brevo"),
                ..MailSettings::default()
            },
            "BREVO_API_KEY",
        ),
        (
            MailSettings {
                brevo_key: set("hush"),
                ..MailSettings::default()
            },
            "MAIL_FROM",
        ),
        (
            MailSettings {
                from: set("tales\r\n@x"),
                ..smtp.clone()
            },
            "MAIL_FROM",
        ),
        (
            MailSettings {
                smtp_port: set("high"),
                ..smtp.clone()
            },
            "SMTP_PORT",
        ),
        (
            MailSettings {
                smtp_tls: set("maybe"),
                ..smtp.clone()
            },
            "SMTP_TLS",
        ),
        (
            MailSettings {
                smtp_tls: set("none"),
                ..smtp.clone()
            },
            "in the clear",
        ),
        (
            MailSettings {
                smtp_password: None,
                ..smtp
            },
            "go together",
        ),
    ];
    for (settings, part) in cases {
        let refusal = refusal(&settings);
        assert!(refusal.contains(part), "{refusal:?} does not name {part}");
        assert!(!refusal.contains("hush") && !refusal.contains('\n'), "{refusal}");
        assert!(!format!("{settings:?}").contains("hush"));
    }
}
