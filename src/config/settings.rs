//! The table of the environment variables: the one source of the README's table and of `serve --help`.

/// One environment variable.
#[derive(Clone, Copy, Debug)]
pub struct Setting {
    /// The variable.
    pub name: &'static str,
    /// What holds when it is not set, as the table shows it.
    pub default: &'static str,
    /// What it means, in one line.
    pub meaning: &'static str,
}

const fn setting(name: &'static str, default: &'static str, meaning: &'static str) -> Setting {
    Setting {
        name,
        default,
        meaning,
    }
}

/// Every variable that the program reads.
pub const SETTINGS: &[Setting] = &[
    setting("HOST", "127.0.0.1; 0.0.0.0 on Render", "Address to listen on."),
    setting("PORT", "8000", "Port to listen on; 0 takes a free one."),
    setting(
        "SECRET_KEY",
        "none",
        "Signs tokens and e-mail codes; at least 32 random characters. Required in production; with `--demo` and in development one is made in `DATA_DIR`.",
    ),
    setting(
        "DATABASE_URL",
        "a SQLite file in `DATA_DIR`",
        "`sqlite:///relative.db`, `sqlite:////absolute.db` or `postgres://…`.",
    ),
    setting(
        "CONN_MAX_AGE",
        "600",
        "Seconds after which a PostgreSQL connection is renewed.",
    ),
    setting(
        "DB_CONNECT_TIMEOUT",
        "10",
        "Seconds to wait for a PostgreSQL connection; a start tries again for so long while the server is not there.",
    ),
    setting(
        "DATA_DIR",
        "./data",
        "Folder for the SQLite file, the control socket, and the secret of a demo or of development.",
    ),
    setting(
        "DATABASE_SIZE_LIMIT",
        "none",
        "Bytes the database may take (`900M`, `1G`); at 90 % new pictures are refused, text still saves.",
    ),
    setting(
        "MEMORY_LIMIT",
        "the limit of the container, else the memory of the machine",
        "Bytes of memory to stay inside (`512M`); at least 32M.",
    ),
    setting(
        "BANDWIDTH_BUDGET",
        "5G",
        "Bytes that may go out in a month before the hosting plan charges or stops; the console shows what is left of it.",
    ),
    setting(
        "METRICS_TOKEN",
        "none",
        "Whoever asks `/metrics` sends it as `Authorization: Bearer …`; at least 16 characters. Without it there is no `/metrics`.",
    ),
    setting(
        "PUBLIC_URL",
        "`RENDER_EXTERNAL_URL`, else from the request",
        "How the world reaches this server; used in links and picture addresses. Mails have links only where it is known.",
    ),
    setting(
        "FRONTEND_URL",
        "none",
        "Where the web app is; the mails of weeks, achievements and goals lead there.",
    ),
    setting(
        "RENDER_EXTERNAL_URL",
        "unset",
        "Set by the hosting platform: stands in for `PUBLIC_URL`.",
    ),
    setting(
        "ALLOWED_HOSTS",
        "any",
        "Host names that are served, separated by commas: `tales.example`, `*.example` for all under one, `.example` for both; another one gets 400. The host of `PUBLIC_URL` is always one of them; `/healthz`, `/readyz` and `/metrics` answer under any.",
    ),
    setting(
        "CORS_ORIGINS",
        "any",
        "Origins of web apps that may call, separated by commas; native shells may always.",
    ),
    setting(
        "TRUSTED_PROXIES",
        "none; `hops:1` on Render",
        "Addresses of proxies whose `X-Forwarded-For` is believed, or `hops:N` for the N-th entry from the right; `*` is `hops:1`. Verify it on the live host: with too many hops a client can name its own address, with too few many clients share one.",
    ),
    setting(
        "RENDER",
        "unset",
        "Set by the hosting platform: listen on all addresses behind its proxy.",
    ),
    setting("RATE_LIMITS", "on", "`off` for tests and load runs only."),
    setting(
        "DEBUG",
        "false",
        "For development: more log, the `log` mail transport, and `.env` in the working directory is read. Never in production.",
    ),
    setting(
        "LOG_LEVEL",
        "warn; debug with `DEBUG`",
        "`error`, `warn`, `info` or `debug`. To see more for a while: `tinytales debug --for 10m`.",
    ),
    setting(
        "CHANNEL_LAYER",
        "redis with `REDIS_URL`, else memory",
        "How live events get from one server to another: `memory` (one server), `redis`, or `postgres` (through the database: nothing more to run, about 10 ms slower).",
    ),
    setting(
        "REDIS_URL",
        "none",
        "`redis://user:password@host:port/number`, or `rediss://…` with TLS: the server of the channel layer `redis`. A certificate of one's own is trusted with `?ssl_ca_certs=/path.pem`.",
    ),
    setting("IO_THREADS", "1", "Threads that serve connections."),
    setting(
        "MAX_CONNECTIONS",
        "4096, or what memory allows",
        "Connections at a time; their share of the memory may allow fewer (512 MB: about 1,700). When all places are taken the longest idle one makes room, and if none is idle the next ones wait to be accepted. Where no proxy is trusted, one address has at most a quarter of them.",
    ),
    setting(
        "MAX_SOCKETS_PER_USER",
        "5",
        "Live sockets of one person, of each kind; one more closes the oldest.",
    ),
    setting(
        "MAX_SOCKETS_PER_ADDRESS",
        "0",
        "Live sockets from one address; 0 is a quarter of all places. More are refused with 429.",
    ),
    setting("ACCESS_TOKEN_DAYS", "30", "Lifetime of an access token."),
    setting("REFRESH_TOKEN_DAYS", "365", "Lifetime of a sign-in."),
    setting("EMAIL_CODE_MINUTES", "15", "Lifetime of an e-mail code."),
    setting(
        "PASSWORD_UPGRADE",
        "on",
        "Stores imported Django passwords as Argon2id at the next sign-in; `off` keeps the way back to Django open.",
    ),
    setting(
        "OWN_LIST_MIB",
        "24",
        "Pictures in one's own story list, in MiB; never fewer than 12 stories.",
    ),
    setting(
        "BACKUP_DIR",
        "`DATA_DIR/backups` for SQLite or with a bucket, else none",
        "Folder for the backups that the server makes by itself; `off` for none.",
    ),
    setting(
        "BACKUP_EVERY",
        "24h",
        "Time from one backup to the next (`15m`, `24h`): what is written in between is lost with the disk.",
    ),
    setting(
        "BACKUP_KEEP",
        "7",
        "Backups that are kept: the newest ones, and the newest of as many days.",
    ),
    setting(
        "BUCKET_URL",
        "none",
        "Ships every backup to `s3://bucket/prefix`; needs a build with `--features bucket`.",
    ),
    setting(
        "BUCKET_ENDPOINT",
        "Amazon S3",
        "Address of another S3-compatible store.",
    ),
    setting("BUCKET_REGION", "us-east-1", "The bucket's region."),
    setting(
        "BUCKET_ACCESS_KEY_ID",
        "none",
        "Who may list, read, write and delete there.",
    ),
    setting("BUCKET_SECRET_ACCESS_KEY", "none", "And the proof of it."),
    setting(
        "RESTORE_IF_EMPTY",
        "on",
        "With a bucket and an empty database, `serve` first takes the newest backup from there; `off` starts empty.",
    ),
    setting(
        "MAIL_PROVIDER",
        "what is configured",
        "`file`, `log` (with DEBUG), `brevo`, `sendgrid`, `smtp`, or several with commas, tried in order.",
    ),
    setting("MAIL_DIR", "none", "Folder that gets one JSON file per mail."),
    setting(
        "MAIL_FROM",
        "none",
        "The sender's address; needed for Brevo, SendGrid and SMTP.",
    ),
    setting("BREVO_API_KEY", "none", "Sends by Brevo's HTTPS API."),
    setting("SENDGRID_API_KEY", "none", "Sends by SendGrid's HTTPS API."),
    setting(
        "SMTP_HOST",
        "none",
        "Sends by this SMTP server; many free hosts block SMTP.",
    ),
    setting("SMTP_PORT", "587; 465 implicit; 25 without TLS", "Its port."),
    setting("SMTP_TLS", "starttls", "`starttls`, `implicit` or `none`."),
    setting("SMTP_USER", "none", "Sign-in at the SMTP server."),
    setting("SMTP_PASSWORD", "none", "And its password."),
    setting(
        "ADMIN_EMAIL",
        "none",
        "As long as there is no administrator, `serve` makes one with this address and `ADMIN_PASSWORD`; not with `--demo`.",
    ),
    setting(
        "ADMIN_PASSWORD",
        "asked for",
        "The password for `ADMIN_EMAIL`, and for `create-admin` where nobody can type one; at least 8 characters.",
    ),
];

/// The table of the README.
pub fn settings_as_markdown() -> String {
    let mut table = "| Variable | Default | Meaning |\n|---|---|---|\n".to_owned();
    for Setting {
        name,
        default,
        meaning,
    } in SETTINGS
    {
        table += &format!("| `{name}` | {default} | {meaning} |\n");
    }
    table
}

/// The table of `serve --help`.
pub fn settings_as_text() -> String {
    let mut table = String::new();
    for Setting {
        name,
        default,
        meaning,
    } in SETTINGS
    {
        table += &format!("  {name:<20} {meaning} [{default}]\n");
    }
    table
}
