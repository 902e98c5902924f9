//! What a running server owns, how it starts and how it stops in order.

use std::convert::Infallible;
use std::fmt::Display;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::FromRequestParts;
use axum::http::Extensions;
use axum::http::request::Parts;
use database::{Conn, Database, Options};
use envelope::lane::Lane;
use envelope::limits::Limits as MachineLimits;
use envelope::{Envelope, Probe, Shares, allocator};
use tokio::net::TcpListener;
use tokio::sync::Notify;
use tokio::time::{Instant, timeout_at};

use crate::accounts::errands::Errands;
use crate::accounts::password::Workspace;
use crate::accounts::sessions::Sessions;
use crate::accounts::tokens::Keys;
use crate::admin::figures::Kept;
use crate::admin::machine::Processor;
use crate::admin::pages::Counts;
use crate::backup::Backups;
use crate::clock::Clock;
use crate::config::Config;
use crate::games::Workshop;
use crate::live::Live;
use crate::logging::Log;
use crate::mail::Mailer;
use crate::mail::letters::Letters;
use crate::moderation::Words;
use crate::ops::check;
use crate::ops::history::{self, History};
use crate::ops::traffic::Traffic;
use crate::pictures::Pictures;
use crate::rewards::climbers::Climbers;
use crate::stories::{Views, flush_views};
use crate::tasks::Tasks;
use crate::wire::limits::{Limit, Limits, network};
use crate::wire::origin::{Origin, TrustedProxies};
use crate::wire::turns::Turns;
use crate::wire::{Error, Room};
use crate::{background, listener, live, migrations};

/// How long a server may take to stop: less than the five seconds that an operator waits, for the process has to end too.
const STOPPED_WITHIN: Duration = Duration::from_millis(4300);
/// How much of that running requests may take to end.
const REQUESTS_WITHIN: Duration = Duration::from_secs(3);
/// When writing what is only in memory ends; the rest is for what the database has taken, and for its checkpoint.
const WRITTEN_WITHIN: Duration = Duration::from_millis(3800);

/// Everything that the handlers share.
pub struct App {
    /// The settings, as read at start.
    pub config: Config,
    /// The time.
    pub clock: Clock,
    /// When this server was started, in microseconds since 1970.
    pub started_at: i64,
    /// Whether all that is written here is gone after a restart.
    pub forgets: bool,
    /// What is said of troubles.
    pub log: Log,
    /// What the process may use, and how close it is to that.
    pub envelope: Envelope,
    /// Room for bodies on their way in, and whose they are.
    pub room: Room,
    /// All that lasts.
    pub database: Database,
    /// Background work.
    pub tasks: Tasks,
    /// The one thread that hashes passwords.
    pub hashing: Lane<Workspace>,
    /// The keys of tokens and codes.
    pub keys: Keys,
    /// Who is signed in, remembered for half a minute.
    pub sessions: Sessions,
    /// How often who may do what.
    pub limits: Limits,
    /// Looks at stories that are not written yet.
    pub views: Views,
    /// Who may have climbed on the board of authors.
    pub climbers: Climbers,
    /// Codes that are being made out.
    pub errands: Errands,
    /// Mails on their way out.
    pub mail: Mailer,
    /// How far those have come that go out by themselves.
    pub letters: Letters,
    /// Rude words.
    pub words: Words,
    /// Where games are made.
    pub games: Workshop,
    /// Teachers who are having passwords made for a class: one set at a time each.
    pub rosters: Turns,
    /// The backups that are made by themselves.
    pub backups: Backups,
    /// Drawings: leases of streams, the room that is left.
    pub pictures: Pictures,
    /// Sockets, and who is there.
    pub live: Live,
    /// Rung when an account was put out beside this server.
    pub look_around: Arc<Notify>,
    /// The figures of the administrators' dashboard, as they were lately.
    pub figures: Kept,
    /// What broad searches of administrators found.
    pub counts: Counts,
    /// How busy this process keeps its CPU.
    pub processor: Processor,
    /// What is counted about requests.
    pub traffic: Traffic,
    /// What the console knows of the past.
    pub history: History,
}

/// Why a server did not start.
#[derive(Debug)]
pub enum StartError {
    /// The settings name what cannot be used; waiting does not mend it.
    Settings(String),
    /// The database did not open, or its schema does not fit.
    Database(String),
    /// The settings of mail do not fit together.
    Mail(String),
    /// A thread did not start.
    Thread(String),
    /// The settings of backups cannot be used.
    Backups(String),
}

impl Display for StartError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Settings(why) => f.write_str(why),
            Self::Database(why) => write!(f, "the database: {why}"),
            Self::Mail(why) => write!(f, "mail: {why}"),
            Self::Thread(why) => write!(f, "a thread: {why}"),
            Self::Backups(why) => write!(f, "backups: {why}"),
        }
    }
}

impl std::error::Error for StartError {}

impl App {
    /// Opens and migrates the database and prepares all that the handlers share.
    pub async fn new(config: Config, clock: Clock, log: Log) -> Result<Arc<Self>, StartError> {
        Self::with(config, clock, log, Probe::system()).await
    }

    /// The same, with memory that `probe` tells of.
    pub async fn with(config: Config, clock: Clock, log: Log, probe: Probe) -> Result<Arc<Self>, StartError> {
        let envelope = Envelope::start(envelope::Options {
            limits: MachineLimits::read(config.memory_limit),
            connections: config.max_connections,
            bound_addresses: config.trusted_proxies == TrustedProxies::None,
            probe,
        });
        let database = open_database(&config)?;
        let tasks = Tasks::default();
        let delivery = config.mail.delivery(&clock).map_err(StartError::Mail)?;
        let app = Arc::new(Self {
            hashing: start_hashing(&envelope)?,
            keys: Keys::new(&config.secret),
            sessions: Sessions::default(),
            limits: Limits::new(config.rate_limits),
            views: Views::default(),
            climbers: Climbers::default(),
            errands: Errands::default(),
            mail: Mailer::new(delivery, database.clone(), clock.clone()),
            letters: Letters::default(),
            words: Words::default(),
            games: Workshop::start(envelope.limits().cpu)
                .map_err(|error| StartError::Thread(error.to_string()))?,
            rosters: Turns::new(1),
            pictures: Pictures::new(&config, &envelope),
            live: Live::new(&config, &envelope).map_err(|error| StartError::Settings(error.to_string()))?,
            room: Room::new(envelope.bodies().clone()),
            figures: Kept::default(),
            counts: Counts::default(),
            look_around: Arc::default(),
            processor: Processor::new(),
            traffic: Traffic::new(clock.now()),
            history: History::default(),
            started_at: clock.now(),
            forgets: forgets(&config),
            backups: Backups::new(&config).map_err(|error| StartError::Backups(error.to_string()))?,
            config,
            clock,
            log,
            envelope,
            database,
            tasks,
        });
        Words::load(&app)
            .await
            .map_err(|error| StartError::Database(error.to_string()))?;
        history::begin(&app).await;
        background::start(&app);
        live::start(&app);
        Ok(app)
    }

    /// Counts one under a limit, or refuses with 429.
    pub fn limit(&self, limit: &Limit, who: impl Display) -> Result<(), Error> {
        self.limits.count(limit, who, self.clock.now())
    }

    /// Runs a closure that reads, with the errors of the wire ([`Database::read`]).
    pub async fn read<T, F>(&self, work: F) -> Result<T, Error>
    where
        F: Fn(&mut Conn<'_>) -> Result<T, Error> + Send + 'static,
        T: Send + 'static,
    {
        self.database.read(work).await
    }

    /// Runs a closure that writes, with the errors of the wire ([`Database::write`]).
    pub async fn write<T, F>(&self, work: F) -> Result<T, Error>
    where
        F: Fn(&mut Conn<'_>) -> Result<T, Error> + Send + 'static,
        T: Send + 'static,
    {
        self.database.write(work).await
    }

    /// Runs a closure that writes `bytes` of data, with the errors of the wire ([`Database::write_sized`]).
    pub async fn write_sized<T, F>(&self, bytes: usize, work: F) -> Result<T, Error>
    where
        F: Fn(&mut Conn<'_>) -> Result<T, Error> + Send + 'static,
        T: Send + 'static,
    {
        self.database.write_sized(bytes, work).await
    }

    /// Stops in order: running requests, background work, then the database with all that it has taken. A database that
    /// does not answer is not waited for longer than an operator waits.
    pub async fn stop(&self) {
        let start = Instant::now();
        self.tasks.shut_down(REQUESTS_WITHIN).await;
        let last_words = async {
            // A database that does not take these does not take the rest.
            if flush_views(self).await {
                history::finish(self).await;
            }
        };
        if timeout_at(start + WRITTEN_WITHIN, last_words).await.is_err() {
            tracing::warn!("the database does not answer: the last views and this stop are not noted");
        }
        if !self
            .database
            .close_within(STOPPED_WITHIN.saturating_sub(start.elapsed()))
        {
            tracing::warn!("the database does not end in time and is left behind");
        }
    }
}

/// One thread, at most half of the CPU that there is: signing in must not stop everybody else.
fn start_hashing(envelope: &Envelope) -> Result<Lane<Workspace>, StartError> {
    let lane = envelope.start_hashing(Workspace::default);
    lane.map_err(|error| StartError::Thread(error.to_string()))
}

/// Says so loudly when the disk under the data is erased at every restart.
fn forgets(config: &Config) -> bool {
    let forgets = check::forgets(config);
    if forgets {
        tracing::warn!(
            "this instance's disk is erased at every restart: stories are lost; set DATABASE_URL to a PostgreSQL database"
        );
    }
    forgets
}

/// How the database of the settings is spoken to.
pub fn database_options(config: &Config) -> Options {
    let limits = MachineLimits::read(config.memory_limit);
    // A third for pages, the rest for writes that wait.
    let share = usize::try_from(Shares::of(limits.memory_bytes).database).unwrap_or(usize::MAX);
    Options {
        connect_timeout: Duration::from_secs(config.db_connect_timeout),
        conn_max_age: Duration::from_secs(config.conn_max_age),
        cache_bytes: share / 3,
        queued_bytes: share / 3 * 2,
        resting: || drop(allocator::give_back_cache()),
        ..Options::default()
    }
}

/// Opens the database of the settings and brings its schema up to date.
pub fn open_database(config: &Config) -> Result<Database, StartError> {
    let fail = |error: &dyn Display| StartError::Database(error.to_string());
    let options = database_options(config);
    let database = Database::open(config.database.clone(), options).map_err(|error| match error {
        // A file that is none of SQLite's, a server that does not know the user, a certificate that is not accepted.
        database::Error::Sql(why) => StartError::Settings(format!("DATABASE_URL: {why}")),
        other => fail(&other),
    })?;
    database.migrate(&migrations::ALL).map_err(|error| fail(&error))?;
    Ok(database)
}

/// Serves until `stop` completes, then stops in order.
pub async fn serve(app: Arc<App>, listener: TcpListener, stop: impl Future<Output = ()>) {
    listener::accept(&app, listener, stop).await;
    app.stop().await;
}

/// The address of the peer, as a request extension.
#[derive(Clone, Copy, Debug)]
pub struct Peer(pub SocketAddr);

impl Peer {
    /// Whose request these extensions belong to.
    pub fn of(extensions: &Extensions) -> SocketAddr {
        let unknown = SocketAddr::from(([0, 0, 0, 0], 0));
        extensions.get::<Self>().map_or(unknown, |peer| peer.0)
    }
}

/// The network that a request comes from, as limits count it.
#[derive(Clone, Debug)]
pub struct ClientAddress(pub String);

impl FromRequestParts<Arc<App>> for ClientAddress {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Infallible> {
        let client = app
            .config
            .trusted_proxies
            .client(Peer::of(&parts.extensions), &parts.headers);
        Ok(Self(network(client)))
    }
}

impl FromRequestParts<Arc<App>> for Origin {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Infallible> {
        if let Some(url) = &app.config.public_url {
            return Ok(Self::new(url));
        }
        Ok(Self::of_request(
            &parts.headers,
            app.config.trusted_proxies.is_proxy(Peer::of(&parts.extensions)),
        ))
    }
}
