//! Somebody with a device: makes calls as the app does, waits when told to, thinks in between.

use std::collections::{HashMap, HashSet};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::net::Ipv4Addr;
use std::ops::RangeInclusive;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use hyper::header::{
    ACCEPT, ACCEPT_ENCODING, ACCESS_CONTROL_REQUEST_HEADERS, ACCESS_CONTROL_REQUEST_METHOD, AUTHORIZATION,
    CONTENT_TYPE, HOST, HeaderValue, IF_NONE_MATCH, ORIGIN, USER_AGENT,
};
use hyper::{Method, Request};
use serde::de::{DeserializeOwned, IgnoredAny};
use tokio::time::Instant;

use crate::accounts::Account;
use crate::call::{Call, Manner};
use crate::http::{Connection, Pieces, Received, address_of};
use crate::ledger::{Attempt, Failure, Verdict};
use crate::plan::Seat;
use crate::socket::Door;
use crate::visit::{Over, Visit};

/// Where the web view of the native app says that it comes from.
const APP: &str = "capacitor://localhost";
/// How long to wait after a refusal that does not say.
const UNTOLD: Duration = Duration::from_secs(5);
/// What a browser's cache of one person remembers; then it begins again.
const REMEMBERED: usize = 500;

/// One person of a run.
pub(crate) struct Person {
    /// From 0, in the order of arrival.
    pub(crate) number: usize,
    pub(crate) rng: fastrand::Rng,
    pub(crate) visit: Arc<Visit>,
    pub(crate) token: Option<String>,
    from: Ipv4Addr,
    connection: Connection,
    browser: Browser,
    is_settled: bool,
}

/// What a browser remembers of the answers.
#[derive(Default)]
struct Browser {
    etags: HashMap<String, String>,
    /// Pictures, which never change, and questions that were answered with "you may".
    seen: HashSet<u64>,
}

/// What came of a call.
#[derive(Debug)]
pub(crate) enum Answer<T> {
    Fresh(T),
    /// As it was when it was last asked for.
    Unchanged,
    /// Counted already; the app goes on without.
    Failed,
}

impl<T> Answer<T> {
    pub(crate) fn fresh(self) -> Option<T> {
        match self {
            Self::Fresh(answer) => Some(answer),
            Self::Unchanged | Self::Failed => None,
        }
    }

    pub(crate) fn is_failed(&self) -> bool {
        matches!(self, Self::Failed)
    }
}

impl Person {
    pub(crate) fn new(visit: &Arc<Visit>, number: usize) -> Self {
        let plan = &visit.plan;
        let addresses = match plan.addresses {
            0 => u32::try_from(plan.people()).unwrap_or(u32::MAX),
            addresses => addresses,
        };
        let from = address_of(number, addresses);
        // Neighbouring seeds must not give neighbouring scripts.
        let seed = plan.seed.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ number as u64;
        Self {
            number,
            rng: fastrand::Rng::with_seed(seed),
            token: None,
            connection: Connection::new(visit.target.clone(), from, plan.timeout),
            from,
            browser: Browser::default(),
            is_settled: false,
            visit: Arc::clone(visit),
        }
    }

    pub(crate) fn account(&self) -> Option<&Account> {
        self.visit.plan.account(self.number)
    }

    /// Where this person sits when people draw in rooms of so many.
    pub(crate) fn seat(&self, room: usize) -> Seat {
        self.visit.plan.seat(self.number, room)
    }

    /// This person's way to live sockets; none without a token.
    pub(crate) fn door(&mut self) -> Option<Door> {
        Some(Door {
            visit: Arc::clone(&self.visit),
            from: self.from,
            token: self.token.clone()?,
            rng: self.rng.fork(),
        })
    }

    /// Ends the kept connection: the next call opens another one.
    pub(crate) fn hang_up(&mut self) {
        self.connection.close();
    }

    /// Makes a call whose answer is JSON of this shape.
    pub(crate) async fn ask<T: DeserializeOwned>(&mut self, call: Call) -> Result<Answer<T>, Over> {
        self.ask_due::<T>(call, Instant::now()).await
    }

    /// Makes a call of whose JSON nothing is read but that it is JSON.
    pub(crate) async fn send(&mut self, call: Call) -> Result<Answer<()>, Over> {
        self.send_due(call, Instant::now()).await
    }

    /// The same for a call that was meant to be made at this moment: what it is late counts as felt.
    pub(crate) async fn send_due(&mut self, call: Call, due: Instant) -> Result<Answer<()>, Over> {
        let answer = self.ask_due::<IgnoredAny>(call, due).await?;
        Ok(match answer {
            Answer::Fresh(_) => Answer::Fresh(()),
            Answer::Unchanged => Answer::Unchanged,
            Answer::Failed => Answer::Failed,
        })
    }

    async fn ask_due<T: DeserializeOwned>(&mut self, call: Call, due: Instant) -> Result<Answer<T>, Over> {
        self.may(&call).await?;
        let request = self.request(&call);
        let read = |body: &[u8]| serde_json::from_slice(body).map_err(|error| error.to_string());
        self.exchange(&call, &request, due, read).await
    }

    /// Shows a picture of this server, unless the browser has it: pictures never change.
    pub(crate) async fn look_at(&mut self, path: &str) -> Result<(), Over> {
        if self.browser.remembers(&path) {
            return Ok(());
        }
        let call = Call::get("picture", path).made(Manner::Image);
        let request = self.request(&call);
        let answer = self.exchange(&call, &request, Instant::now(), |_| Ok(())).await?;
        if !answer.is_failed() {
            self.browser.remember(&path);
        }
        Ok(())
    }

    /// Asks whether a page from elsewhere may make this call, once for each method and address.
    async fn may(&mut self, call: &Call) -> Result<(), Over> {
        let question = (call.method.as_str(), call.path.as_str());
        if call.manner == Manner::Plain || self.browser.remembers(&question) {
            return Ok(());
        }
        let preflight = Call {
            kind: "preflight",
            expects: &[200, 204],
            ..call.clone()
        };
        let request = self.preflight(call);
        let answer = self
            .exchange(&preflight, &request, Instant::now(), |_| Ok(()))
            .await?;
        if !answer.is_failed() {
            self.browser.remember(&question);
        }
        Ok(())
    }

    /// Sends a request, again and again while it is refused.
    async fn exchange<T>(
        &mut self,
        call: &Call,
        request: &Request<Pieces>,
        due: Instant,
        read: impl Fn(&[u8]) -> Result<T, String>,
    ) -> Result<Answer<T>, Over> {
        loop {
            let stage = self.visit.stage()?;
            let sent = Instant::now();
            let mut result = self.connection.exchange(request).await;
            let now = Instant::now();
            let (verdict, answer) = match &result {
                Ok(received) => judge(call, received, &read),
                Err(broken) => (Verdict::Failed(broken.failure.clone()), Answer::Failed),
            };
            let refused = match &verdict {
                Verdict::Refused(wait) => Some(wait.unwrap_or(UNTOLD)),
                Verdict::Answered | Verdict::Failed(_) => None,
            };
            let received = result.as_ref().ok();
            self.visit.ledger.record(Attempt {
                call: call.kind,
                stage,
                took: now - sent,
                felt: now - due,
                bytes_in: received.map_or(0, |received| received.bytes),
                status: received.map(|received| received.status),
                reconnected: received.is_some_and(|received| received.reconnected),
                verdict,
            });
            let Some(wait) = refused else {
                if let Some(etag) = result.as_mut().ok().and_then(|received| received.etag.take()) {
                    self.browser.keep(&call.path, etag);
                }
                return Ok(answer);
            };
            let comes_back = self.come_back(wait).await;
            comes_back.inspect_err(|_| self.visit.ledger.gave_up(stage, call.kind))?;
        }
    }

    fn request(&self, call: &Call) -> Request<Pieces> {
        let body = call.body.clone().unwrap_or_default();
        let mut request = self.bare(&call.method, &call.path, body);
        let headers = request.headers_mut();
        let has_layer = matches!(call.manner, Manner::App | Manner::SigningIn);
        if has_layer {
            headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        }
        if call.manner == Manner::App
            && let Some(token) = &self.token
            && let Ok(token) = HeaderValue::try_from(format!("Bearer {token}"))
        {
            headers.insert(AUTHORIZATION, token);
        }
        if call.method == Method::GET
            && let Some(etag) = self.browser.etags.get(&call.path)
            && let Ok(etag) = HeaderValue::try_from(etag)
        {
            headers.insert(IF_NONE_MATCH, etag);
        }
        request
    }

    fn preflight(&self, call: &Call) -> Request<Pieces> {
        let mut request = self.bare(&Method::OPTIONS, &call.path, Pieces::default());
        let headers = request.headers_mut();
        let method = HeaderValue::try_from(call.method.as_str()).expect("a method is a token");
        headers.insert(ACCESS_CONTROL_REQUEST_METHOD, method);
        let asked = HeaderValue::from_static("authorization,content-type");
        headers.insert(ACCESS_CONTROL_REQUEST_HEADERS, asked);
        request
    }

    fn bare(&self, method: &Method, path: &str, body: Pieces) -> Request<Pieces> {
        Request::builder()
            .method(method)
            .uri(path)
            .header(HOST, self.connection.host())
            .header(ORIGIN, APP)
            .header(ACCEPT, "application/json, text/plain, */*")
            .header(ACCEPT_ENCODING, "gzip")
            .header(USER_AGENT, "visitors")
            .body(body)
            .expect("paths come from this crate or were looked at")
    }

    /// Waits as long as a refusal says, and a little more, so that those refused together do not come back together.
    async fn come_back(&mut self, wait: Duration) -> Result<(), Over> {
        let most = (wait / 4).max(Duration::from_millis(500));
        let jitter = most.mul_f64(self.rng.f64());
        self.pause_until(Instant::now() + wait + jitter).await
    }

    /// Does nothing until this moment, or until the run is over.
    pub(crate) async fn pause_until(&mut self, moment: Instant) -> Result<(), Over> {
        self.visit.pause_until(moment).await
    }

    /// A length of time of the script, from the seed.
    pub(crate) fn draw(&mut self, seconds: RangeInclusive<f64>) -> Duration {
        let (least, most) = seconds.into_inner();
        let drawn = Duration::from_secs_f64(least + (most - least) * self.rng.f64());
        self.visit.paced(drawn)
    }

    /// Thinks for a time from the seed.
    pub(crate) async fn think(&mut self, seconds: RangeInclusive<f64>) -> Result<(), Over> {
        let moment = Instant::now() + self.draw(seconds);
        self.pause_until(moment).await
    }

    /// Says that this person is in, with what it came for in front of it.
    pub(crate) fn enter(&mut self) {
        if !self.is_settled {
            self.visit.entered.fetch_add(1, Ordering::Relaxed);
            self.settle();
        }
    }

    fn settle(&mut self) {
        self.is_settled = true;
        self.visit.settled.add_permits(1);
    }
}

impl Drop for Person {
    /// Whoever leaves without having entered is not waited for.
    fn drop(&mut self) {
        if !self.is_settled {
            self.settle();
        }
    }
}

impl Browser {
    fn keep(&mut self, path: &str, etag: String) {
        if self.etags.len() >= REMEMBERED {
            self.etags.clear();
        }
        self.etags.insert(path.to_owned(), etag);
    }

    fn remembers(&self, what: &impl Hash) -> bool {
        self.seen.contains(&hash(what))
    }

    fn remember(&mut self, what: &impl Hash) {
        if self.seen.len() >= REMEMBERED {
            self.seen.clear();
        }
        self.seen.insert(hash(what));
    }
}

fn hash(what: &impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    what.hash(&mut hasher);
    hasher.finish()
}

/// What an answer means.
fn judge<T>(
    call: &Call,
    received: &Received,
    read: impl Fn(&[u8]) -> Result<T, String>,
) -> (Verdict, Answer<T>) {
    let failed = |kind, what: &str| {
        let what = format!("{} {}: {} {what}", call.method, call.path, received.status);
        (Verdict::Failed(Failure::new(kind, what)), Answer::Failed)
    };
    match received.status {
        429 | 503 => (Verdict::Refused(received.retry_after), Answer::Failed),
        status if !call.expects.contains(&status) => {
            let kind = if status >= 500 {
                Failure::SERVER_ERROR
            } else {
                Failure::STATUS
            };
            let said: String = String::from_utf8_lossy(&received.body)
                .chars()
                .take(160)
                .collect();
            failed(kind, &said)
        }
        304 => (Verdict::Answered, Answer::Unchanged),
        _ => match read(&received.body) {
            Ok(answer) => (Verdict::Answered, Answer::Fresh(answer)),
            Err(error) => failed(Failure::JSON, &error),
        },
    }
}
