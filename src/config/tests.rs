//! Tests of the settings.

use super::reader::parse_bytes;
use super::*;

const GOOD: &str = "0123456789abcdef0123456789abcdef";

fn read(pairs: &[(&str, &str)]) -> Result<Config, Vec<String>> {
    Config::read(false, |name| {
        pairs
            .iter()
            .find(|(key, _)| *key == name)
            .map(|(_, value)| (*value).to_owned())
    })
}

#[test]
fn a_secret_is_all_that_is_required() {
    let config = read(&[("SECRET_KEY", GOOD)]).unwrap();
    assert_eq!(config.listen, ("127.0.0.1".to_owned(), 8000));
    assert!(!config.debug && config.rate_limits);
    assert_eq!(config.trusted_proxies, TrustedProxies::None);
}

#[test]
fn missing_short_and_well_known_secrets_are_refused() {
    for secret in ["", "short", "django-insecure-0123456789abcdef0123456789"] {
        assert_eq!(read(&[("SECRET_KEY", secret)]).unwrap_err().len(), 1, "{secret}");
    }
    assert!(Config::read(true, |_| None).is_ok());
}

#[test]
fn all_faults_are_told_at_once() {
    let faults = read(&[
        ("PORT", "x"),
        ("DEBUG", "maybe"),
        ("DATABASE_URL", "mysql://x"),
        ("PUBLIC_URL", "tales"),
    ]);
    assert_eq!(faults.unwrap_err().len(), 5);
}

#[test]
fn the_platform_is_believed_to_be_a_proxy() {
    let config = read(&[("SECRET_KEY", GOOD), ("RENDER", "true")]).unwrap();
    assert_eq!(config.trusted_proxies, TrustedProxies::Hops(1));
    assert_eq!(config.listen.0, "0.0.0.0");
}

#[test]
fn the_platform_tells_the_address_unless_it_is_set() {
    let platform = ("RENDER_EXTERNAL_URL", "https://tales.onrender.com/");
    let config = read(&[("SECRET_KEY", GOOD), platform]).unwrap();
    assert_eq!(config.public_url.as_deref(), Some("https://tales.onrender.com"));
    let config = read(&[
        ("SECRET_KEY", GOOD),
        platform,
        ("PUBLIC_URL", "https://tales.example"),
    ])
    .unwrap();
    assert_eq!(config.public_url.as_deref(), Some("https://tales.example"));
}

#[test]
fn the_blanks_of_passwords_count() {
    let config = read(&[
        ("SECRET_KEY", GOOD),
        ("ADMIN_PASSWORD", " a b "),
        ("SMTP_PASSWORD", " c "),
    ])
    .unwrap();
    assert_eq!(config.admin_password.unwrap().reveal(), " a b ");
    assert_eq!(config.mail.smtp_password.as_deref(), Some(" c "));
}

#[test]
fn sizes_have_units() {
    assert_eq!(parse_bytes("1024"), Some(1024));
    assert_eq!(parse_bytes("900M"), Some(900 << 20));
    assert_eq!(parse_bytes("1GiB"), Some(1 << 30));
    assert_eq!(parse_bytes("lots"), None);
}

#[test]
fn nothing_secret_is_printed() {
    let config = read(&[("SECRET_KEY", GOOD), ("ADMIN_PASSWORD", "hunter2hunter2")]).unwrap();
    let printed = format!("{config:?}");
    assert!(!printed.contains(GOOD) && !printed.contains("hunter2"));
}
