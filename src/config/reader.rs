//! Reads single settings and collects what is wrong with them.

use std::fmt::Display;
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use database::Target;
use envelope::shares::LEAST;

use super::{SETTINGS, Secret};
use crate::accounts::rules;
use crate::backup::{BackupSettings, Texts};
use crate::clock::Clock;
use crate::logging::Level;
use crate::mail::MailSettings;
use crate::wire::hosts::AllowedHosts;
use crate::wire::origin::TrustedProxies;

const SHORTEST_METRICS_TOKEN: usize = 16;

/// Reads settings by name; faults are collected, one sentence each.
pub(super) struct Reader<L> {
    pub(super) lookup: L,
    pub(super) faults: Vec<String>,
}

impl<L: Fn(&str) -> Option<String>> Reader<L> {
    pub(super) fn text(&self, name: &str) -> Option<String> {
        self.untrimmed(name)
            .map(|text| text.trim().to_owned())
            .filter(|text| !text.is_empty())
    }

    /// As it stands: the blanks of a password count.
    pub(super) fn untrimmed(&self, name: &str) -> Option<String> {
        debug_assert!(
            SETTINGS.iter().any(|setting| setting.name == name),
            "{name} is missing in SETTINGS"
        );
        (self.lookup)(name).filter(|text| !text.is_empty())
    }

    pub(super) fn flag(&mut self, name: &str, default: bool) -> bool {
        let Some(text) = self.text(name) else {
            return default;
        };
        as_flag(&text).unwrap_or_else(|| {
            self.faults.push(format!("{name} is {text:?}; say true or false"));
            default
        })
    }

    pub(super) fn number<T>(&mut self, name: &str, default: T, range: RangeInclusive<T>) -> T
    where
        T: FromStr + PartialOrd + Display,
    {
        let Some(text) = self.text(name) else {
            return default;
        };
        let number = text.parse().ok().filter(|number| range.contains(number));
        number.unwrap_or_else(|| {
            self.faults.push(format!(
                "{name} is {text:?}; a whole number from {} to {} is needed",
                range.start(),
                range.end()
            ));
            default
        })
    }

    pub(super) fn bytes(&mut self, name: &str) -> Option<u64> {
        let text = self.text(name)?;
        let bytes = parse_bytes(&text);
        if bytes.is_none() {
            self.faults.push(format!(
                "{name} is {text:?}; say bytes, or use K, M or G as in 900M"
            ));
        }
        bytes
    }

    pub(super) fn memory_limit(&mut self) -> Option<u64> {
        let limit = self.bytes("MEMORY_LIMIT")?;
        if limit < LEAST {
            self.faults
                .push(format!("MEMORY_LIMIT is {limit} bytes; at least 32M is needed"));
        }
        Some(limit)
    }

    pub(super) fn metrics_token(&mut self) -> Option<Secret> {
        let token = self.text("METRICS_TOKEN")?;
        if token.len() < SHORTEST_METRICS_TOKEN {
            self.faults.push(format!(
                "METRICS_TOKEN is too short; at least {SHORTEST_METRICS_TOKEN} characters are needed (try: openssl rand -hex 16)"
            ));
        }
        Some(Secret::new(token))
    }

    pub(super) fn list(&self, name: &str) -> Vec<String> {
        let text = self.text(name).unwrap_or_default();
        let parts = text.split(',').map(|part| part.trim().trim_end_matches('/'));
        parts
            .filter(|part| !part.is_empty() && *part != "*")
            .map(str::to_owned)
            .collect()
    }

    /// An absent secret is empty here where `serve` makes one in the data folder: for a demo and in development.
    /// `is_strict` says that this is neither.
    pub(super) fn secret(&mut self, is_strict: bool) -> Secret {
        let secret = Secret::new(self.text("SECRET_KEY").unwrap_or_default());
        if let Some(weakness) = secret.weakness().filter(|_| is_strict) {
            self.faults.push(format!(
                "SECRET_KEY {weakness}; set it to 32 random characters or more (try: openssl rand -hex 32)"
            ));
        }
        secret
    }

    pub(super) fn log_level(&mut self, default: Level) -> Level {
        let Some(text) = self.text("LOG_LEVEL") else {
            return default;
        };
        Level::parse(&text).unwrap_or_else(|| {
            self.faults
                .push(format!("LOG_LEVEL is {text:?}; say error, warn, info or debug"));
            default
        })
    }

    /// Where the setting narrows the names, our own URL is one of them.
    pub(super) fn allowed_hosts(&mut self, public_url: Option<&str>) -> AllowedHosts {
        let Some(text) = self.text("ALLOWED_HOSTS") else {
            return AllowedHosts::any();
        };
        match AllowedHosts::parse(&text) {
            Ok(mut hosts) => {
                if let Some(url) = public_url {
                    hosts.and_of_url(url);
                }
                hosts
            }
            Err(fault) => {
                self.faults.push(format!("ALLOWED_HOSTS: {fault}"));
                AllowedHosts::any()
            }
        }
    }

    pub(super) fn data_dir(&self) -> PathBuf {
        PathBuf::from(self.text("DATA_DIR").unwrap_or_else(|| "./data".to_owned()))
    }

    pub(super) fn database(&mut self, data_dir: &Path) -> Target {
        let file = Target::Sqlite(data_dir.join("tinytales.db"));
        let Some(url) = self.text("DATABASE_URL") else {
            return file;
        };
        Target::parse(&url).unwrap_or_else(|fault| {
            self.faults.push(format!("DATABASE_URL: {fault}"));
            file
        })
    }

    pub(super) fn backup(&mut self, data_dir: &Path, database: &Target) -> BackupSettings {
        let texts = Texts {
            folder: self.text("BACKUP_DIR"),
            every: self.text("BACKUP_EVERY"),
            keep: self.text("BACKUP_KEEP"),
            restore_if_empty: self.flag("RESTORE_IF_EMPTY", true),
            bucket: self.text("BUCKET_URL"),
            endpoint: self.text("BUCKET_ENDPOINT"),
            region: self.text("BUCKET_REGION"),
            access_key_id: self.text("BUCKET_ACCESS_KEY_ID"),
            secret_access_key: self.text("BUCKET_SECRET_ACCESS_KEY").map(Secret::new),
        };
        let embedded = matches!(database, Target::Sqlite(_));
        BackupSettings::read(&texts, data_dir, embedded).unwrap_or_else(|faults| {
            self.faults.extend(faults);
            BackupSettings::off()
        })
    }

    /// The address of the first administrator. It needs a password that would be taken from anybody else, too.
    pub(super) fn admin_email(&mut self, password: Option<&Secret>) -> Option<String> {
        let email = self.text("ADMIN_EMAIL")?;
        if !rules::is_email(&email) || email.chars().count() > rules::LONGEST_EMAIL {
            self.faults
                .push("ADMIN_EMAIL is not an e-mail address".to_owned());
        }
        let fault = match password {
            None => Some("it is not set, and ADMIN_EMAIL needs it"),
            Some(password) => rules::check_password(password.reveal()).err(),
        };
        self.faults
            .extend(fault.map(|fault| format!("ADMIN_PASSWORD: {fault}")));
        Some(email)
    }

    pub(super) fn mail(&mut self, debug: bool) -> MailSettings {
        let mail = MailSettings {
            provider: self.text("MAIL_PROVIDER"),
            folder: self.text("MAIL_DIR"),
            from: self.text("MAIL_FROM"),
            brevo_key: self.text("BREVO_API_KEY"),
            sendgrid_key: self.text("SENDGRID_API_KEY"),
            smtp_host: self.text("SMTP_HOST"),
            smtp_port: self.text("SMTP_PORT"),
            smtp_tls: self.text("SMTP_TLS"),
            smtp_user: self.text("SMTP_USER"),
            smtp_password: self.untrimmed("SMTP_PASSWORD"),
            debug,
        };
        if let Err(fault) = mail.check(&Clock::system()) {
            self.faults.push(fault);
        }
        mail
    }

    pub(super) fn public_url(&mut self) -> Option<String> {
        let url = self
            .text("PUBLIC_URL")
            .or_else(|| self.text("RENDER_EXTERNAL_URL"))?;
        Some(self.web_address("PUBLIC_URL", &url))
    }

    pub(super) fn frontend_url(&mut self) -> Option<String> {
        let url = self.text("FRONTEND_URL")?;
        Some(self.web_address("FRONTEND_URL", &url))
    }

    fn web_address(&mut self, name: &str, url: &str) -> String {
        if !url.starts_with("http://") && !url.starts_with("https://") {
            self.faults
                .push(format!("{name} is {url:?}; it begins with http:// or https://"));
        }
        url.trim_end_matches('/').to_owned()
    }

    /// Address and port to listen on.
    pub(super) fn listen(&mut self, on_render: bool) -> (String, u16) {
        let usual = if on_render { "0.0.0.0" } else { "127.0.0.1" };
        let host = self.text("HOST").unwrap_or_else(|| usual.to_owned());
        (host, self.number("PORT", 8000, 0..=u16::MAX))
    }

    pub(super) fn proxies(&mut self, on_render: bool) -> TrustedProxies {
        let Some(text) = self.text("TRUSTED_PROXIES") else {
            return if on_render {
                TrustedProxies::Hops(1)
            } else {
                TrustedProxies::None
            };
        };
        TrustedProxies::parse(&text).unwrap_or_else(|fault| {
            self.faults.push(format!("TRUSTED_PROXIES: {fault}"));
            TrustedProxies::None
        })
    }
}

/// Reads `true`, `1`, `on`, `yes` and their opposites, in any case.
pub(super) fn as_flag(text: &str) -> Option<bool> {
    match text.trim().to_ascii_lowercase().as_str() {
        "true" | "1" | "on" | "yes" => Some(true),
        "false" | "0" | "off" | "no" => Some(false),
        _ => None,
    }
}

/// Reads `1048576`, `900K`, `900M` or `1G`.
pub(super) fn parse_bytes(text: &str) -> Option<u64> {
    let text = text.to_ascii_uppercase();
    let number = text.trim_end_matches('B').trim_end_matches('I');
    let (digits, shift) = match number.chars().last()? {
        'K' => (&number[..number.len() - 1], 10),
        'M' => (&number[..number.len() - 1], 20),
        'G' => (&number[..number.len() - 1], 30),
        _ => (number, 0),
    };
    digits.trim().parse::<u64>().ok()?.checked_mul(1 << shift)
}
