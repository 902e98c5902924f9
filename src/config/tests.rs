//! Tests of the settings.

use std::cell::RefCell;
use std::collections::BTreeSet;

use super::reader::parse_bytes;
use super::*;

const GOOD: &str = "9f2c41d8b07e6a53c1f49d2087be35a6";

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
fn the_table_has_every_setting_that_is_read_and_no_other() {
    let read = RefCell::new(BTreeSet::new());
    let config = Config::read(true, |name| {
        read.borrow_mut().insert(name.to_owned());
        None
    });
    assert!(config.is_ok());
    let table: BTreeSet<_> = SETTINGS.iter().map(|setting| setting.name.to_owned()).collect();
    assert_eq!(table.len(), SETTINGS.len(), "a setting stands twice in the table");
    assert_eq!(read.into_inner(), table);
}

#[test]
fn debug_raises_the_level_unless_it_is_set() {
    let level = |pairs: &[(&str, &str)]| {
        read(&[&[("SECRET_KEY", GOOD)], pairs].concat())
            .unwrap()
            .log_level
    };
    assert_eq!(level(&[]), Level::Warn);
    assert_eq!(level(&[("DEBUG", "true")]), Level::Debug);
    assert_eq!(level(&[("DEBUG", "true"), ("LOG_LEVEL", "Info")]), Level::Info);
    assert_eq!(level(&[("LOG_LEVEL", "error")]), Level::Error);
}

#[test]
fn debug_where_others_rely_on_the_server_is_said_aloud() {
    let cautions = |pair| {
        read(&[("SECRET_KEY", GOOD), ("DEBUG", "true"), pair])
            .unwrap()
            .cautions
    };
    for pair in [
        ("RENDER", "true"),
        ("PUBLIC_URL", "https://tales.example"),
        ("RENDER_EXTERNAL_URL", "https://tales.onrender.com"),
        ("DATABASE_URL", "postgres://tales@db.example/tales"),
    ] {
        assert_eq!(cautions(pair).len(), 1, "{pair:?}");
    }
    for pair in [
        ("PUBLIC_URL", "http://localhost:8000"),
        ("DATABASE_URL", "postgres://tales@localhost/tales"),
        ("DATABASE_URL", "postgres://tales@127.0.0.1:5433/tales"),
    ] {
        assert_eq!(cautions(pair), [""; 0], "{pair:?}");
    }
    assert!(
        read(&[("SECRET_KEY", GOOD), ("RENDER", "true")])
            .unwrap()
            .cautions
            .is_empty()
    );
}

#[test]
fn in_development_a_weak_secret_or_none_will_do() {
    for secret in ["", "short"] {
        let development = [("DEBUG", "true"), ("SECRET_KEY", secret)];
        assert!(read(&development).is_ok(), "{secret}");
        for sign in [("RENDER", "true"), ("PUBLIC_URL", "https://tales.example")] {
            assert!(
                read(&[&development[..], &[sign]].concat()).is_err(),
                "{secret} {sign:?}"
            );
        }
    }
}

#[test]
fn our_own_url_is_an_allowed_host_where_hosts_are_narrowed() {
    let hosts = |pairs: &[(&str, &str)]| {
        read(&[&[("SECRET_KEY", GOOD)], pairs].concat())
            .unwrap()
            .allowed_hosts
    };
    assert!(hosts(&[("PUBLIC_URL", "https://tales.example")]).is_any());
    let narrowed = hosts(&[
        ("ALLOWED_HOSTS", "other.example"),
        ("PUBLIC_URL", "https://tales.example/"),
    ]);
    assert_eq!(
        narrowed,
        AllowedHosts::parse("other.example, tales.example").unwrap()
    );
}

#[test]
fn numbers_stay_in_their_range() {
    for (name, wrong) in [
        ("PORT", "65536"),
        ("PORT", "-1"),
        ("IO_THREADS", "0"),
        ("IO_THREADS", "65"),
        ("MAX_CONNECTIONS", "7"),
        ("DB_CONNECT_TIMEOUT", "0"),
        ("OWN_LIST_MIB", "99999999999999999999"),
    ] {
        let faults = read(&[("SECRET_KEY", GOOD), (name, wrong)]).unwrap_err();
        assert!(faults[0].contains(name) && faults.len() == 1, "{faults:?}");
    }
    assert_eq!(read(&[("SECRET_KEY", GOOD), ("PORT", "0")]).unwrap().listen.1, 0);
}

#[test]
fn a_redis_url_is_checked() {
    for good in [
        "redis://localhost",
        "rediss://default:p@ss/w#rd@red-4x.render.com:6379/0",
        "redis://[::1]:6379/15",
    ] {
        assert!(
            read(&[("SECRET_KEY", GOOD), ("REDIS_URL", good)]).is_ok(),
            "{good}"
        );
    }
    for wrong in [
        "localhost:6379",
        "http://localhost",
        "redis://",
        "redis://h:port",
        "redis://h:0",
        "redis://h/x",
    ] {
        let faults = read(&[("SECRET_KEY", GOOD), ("REDIS_URL", wrong)]).unwrap_err();
        assert!(
            faults.len() == 1 && faults[0].starts_with("REDIS_URL: "),
            "{faults:?}"
        );
    }
}

#[test]
fn the_channel_layer_follows_what_there_is() {
    let server = ("DATABASE_URL", "postgres://u:p@h/d");
    let redis = ("REDIS_URL", "redis://h");
    let chosen = |pairs: &[(&str, &str)]| {
        let config = read(&[&[("SECRET_KEY", GOOD)], pairs].concat())?;
        let layer = config.channels().unwrap().gauges().layer;
        Ok((config.channel_layer, layer))
    };
    let memory = Ok::<_, Vec<String>>((ChannelLayer::Memory, "memory"));
    assert_eq!(chosen(&[]), memory);
    assert_eq!(chosen(&[server]), memory);
    assert_eq!(chosen(&[redis, ("CHANNEL_LAYER", "memory")]), memory);
    assert_eq!(chosen(&[redis]), Ok((ChannelLayer::Redis, "redis")));
    assert_eq!(chosen(&[redis, server]), Ok((ChannelLayer::Redis, "redis")));
    let postgres = Ok((ChannelLayer::Postgres, "postgres"));
    assert_eq!(chosen(&[redis, server, ("CHANNEL_LAYER", "Postgres")]), postgres);
    for (pairs, word) in [
        (&[("CHANNEL_LAYER", "pigeons")][..], "memory, redis or postgres"),
        (&[("CHANNEL_LAYER", "redis")], "REDIS_URL"),
        (&[redis, ("CHANNEL_LAYER", "postgres")], "DATABASE_URL"),
    ] {
        let faults = chosen(pairs).unwrap_err();
        assert!(faults.len() == 1 && faults[0].contains(word), "{faults:?}");
    }
}

#[test]
fn nothing_secret_is_printed() {
    let redis = ("REDIS_URL", "redis://u:hunter2hunter2@h");
    let config = read(&[("SECRET_KEY", GOOD), ("ADMIN_PASSWORD", "hunter2hunter2"), redis]).unwrap();
    let printed = format!("{config:?}");
    assert!(!printed.contains(GOOD) && !printed.contains("hunter2"));
}
