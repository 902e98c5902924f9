//! Reads single settings and collects what is wrong with them.

use std::path::Path;
use std::str::FromStr;

use database::Target;

use super::{SETTINGS, Secret};
use crate::backup::{BackupSettings, Texts};
use crate::mail::MailSettings;
use crate::wire::origin::TrustedProxies;

/// Secrets that stand in tutorials and templates.
const WELL_KNOWN_SECRETS: [&str; 4] = ["secret", "changeme", "django-insecure", "your-secret-key"];
const SHORTEST_SECRET: usize = 32;
const SHORTEST_METRICS_TOKEN: usize = 16;
/// Below this the program does not fit with one body under way.
const LEAST_MEMORY: u64 = 32 << 20;

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
        match self.text(name).map(|text| text.to_ascii_lowercase()).as_deref() {
            None => default,
            Some("true" | "1" | "on" | "yes") => true,
            Some("false" | "0" | "off" | "no") => false,
            Some(other) => {
                self.faults
                    .push(format!("{name} is {other:?}; say true or false"));
                default
            }
        }
    }

    pub(super) fn number<T: FromStr>(&mut self, name: &str, default: T) -> T {
        let Some(text) = self.text(name) else {
            return default;
        };
        text.parse().unwrap_or_else(|_| {
            self.faults
                .push(format!("{name} is {text:?}; a whole number is needed"));
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
        if limit < LEAST_MEMORY {
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

    /// With `--demo` an absent secret is empty here; `serve` then makes one in the data folder.
    pub(super) fn secret(&mut self, demo: bool) -> Secret {
        let secret = self.text("SECRET_KEY").unwrap_or_default();
        let advice = "set SECRET_KEY to 32 random characters or more (try: openssl rand -hex 32)";
        if secret.is_empty() {
            if !demo {
                self.faults.push(format!("SECRET_KEY is not set; {advice}"));
            }
        } else if secret.len() < SHORTEST_SECRET {
            self.faults.push(format!("SECRET_KEY is too short; {advice}"));
        } else if WELL_KNOWN_SECRETS
            .iter()
            .any(|known| secret.to_ascii_lowercase().starts_with(known))
        {
            self.faults
                .push(format!("SECRET_KEY is a well-known one; {advice}"));
        }
        Secret::new(secret)
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

    pub(super) fn mail(&mut self, debug: bool) -> MailSettings {
        MailSettings {
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
        }
    }

    pub(super) fn public_url(&mut self) -> Option<String> {
        let url = self
            .text("PUBLIC_URL")
            .or_else(|| self.text("RENDER_EXTERNAL_URL"))?;
        if !url.starts_with("http://") && !url.starts_with("https://") {
            self.faults.push(format!(
                "PUBLIC_URL is {url:?}; it begins with http:// or https://"
            ));
        }
        Some(url.trim_end_matches('/').to_owned())
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
