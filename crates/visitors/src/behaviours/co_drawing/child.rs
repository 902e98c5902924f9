//! One child at its canvas: hears what comes, does what its script says, and comes back when its socket breaks.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::{Instant, sleep_until, timeout};

use super::messages::{self, AddedPage, Draft, Heard, Item};
use super::pages::{self, Pages};
use super::script::{Decision, Doing, Script};
use crate::behaviours::crowd::{COLLABORATION, COLLABORATION_AGAIN, collaboration_path};
use crate::http::Pieces;
use crate::ledger::Stage;
use crate::plan::Seat;
use crate::rooms::Session;
use crate::socket::{Closed, Door, Socket};
use crate::strokes::{Seen, Sight, item_ids_in, parse_item_id};
use crate::visit::{Over, Visit};

/// How long an `init` may take.
const INIT: Duration = Duration::from_secs(30);
/// When nothing has come for so long after the end, nothing comes any more; and that is not waited for longer than this.
const SILENCE: Duration = Duration::from_secs(3);
const LAST: Duration = Duration::from_secs(10);
/// Points of a line from one beat to the next.
const POINTS: usize = 4;
/// More pages are not added.
const MOST_PAGES: usize = 6;
/// What a child writes; a page has some of it.
const STORY: &str =
    "The moon cats came down to the garden and looked for the milk that the clouds had lost. ";

pub(super) struct Child {
    door: Door,
    visit: Arc<Visit>,
    number: usize,
    seat: Seat,
    path: String,
    /// None while it is away.
    socket: Option<Socket>,
    pages: Pages,
    sight: Sight,
    script: Script,
    line: Vec<(f64, f64)>,
    /// Points of the line that were sent.
    sent: usize,
    /// Strokes and previews that it has begun, for their names.
    begun: u64,
    text: String,
    calm: bool,
}

impl Child {
    /// Opens the room's socket and hears its `init`; nothing when that fails.
    pub(super) async fn enter(
        mut door: Door,
        number: usize,
        seat: Seat,
        session: &Session,
        calm: bool,
    ) -> Result<Option<Self>, Over> {
        let visit = Arc::clone(&door.visit);
        let script = Script::new(door.rng.fork(), visit.plan.pace);
        let mut child = Self {
            path: collaboration_path(&session.id),
            pages: Pages::new(format!("local-{number}-{:x}", door.rng.u64(..))),
            visit,
            door,
            number,
            seat,
            socket: None,
            sight: if calm {
                Sight::of_all(number)
            } else {
                Sight::of(number)
            },
            script,
            line: Vec::new(),
            sent: 0,
            begun: 0,
            text: String::new(),
            calm,
        };
        Ok(child.open().await?.then_some(child))
    }

    /// Opens the socket; whether it is open and has begun.
    async fn open(&mut self) -> Result<bool, Over> {
        let Some(mut socket) = self.door.open(COLLABORATION, &self.path).await? else {
            return Ok(false);
        };
        let is_first = self.socket.is_none() && self.begun == 0;
        let init = timeout(INIT, socket.hear()).await;
        let draft = match &init {
            Ok(Ok(text)) => draft_of(text),
            _ => None,
        };
        let Some(draft) = draft else {
            let stage = self.visit.stage_now();
            self.visit.ledger.complained(stage, "no init");
            return Ok(false);
        };
        if is_first {
            self.pages.adopt(draft.pages.into_iter().map(|page| page.id));
        }
        self.sight.comes(Instant::now());
        self.socket = Some(socket);
        let place = self.pages.place();
        // The page is shown, and the canvas asks for what is on it.
        self.say(messages::turn(&place)).await;
        self.say(messages::sync(&place)).await;
        Ok(true)
    }

    /// Draws until the run is over, and then hears what is still on its way.
    pub(super) async fn draw(&mut self) -> Result<(), Over> {
        let visit = Arc::clone(&self.visit);
        let over = visit.is_over();
        tokio::pin!(over);
        loop {
            let Some(socket) = &mut self.socket else {
                if !self.come_back().await? {
                    return Ok(());
                }
                continue;
            };
            tokio::select! {
                biased;
                () = &mut over => break,
                () = sleep_until(self.script.due) => self.act().await,
                heard = socket.hear() => match heard {
                    Ok(text) => self.understand(&text).await,
                    Err(closed) if closed.calls_back() => self.is_cut_off(),
                    Err(_) => {
                        self.is_cut_off();
                        return Ok(());
                    }
                },
            }
        }
        self.hear_the_last().await;
        Err(Over)
    }

    async fn hear_the_last(&mut self) {
        let end = Instant::now() + LAST;
        while let Some(socket) = &mut self.socket {
            match timeout(SILENCE, socket.hear()).await {
                Ok(Ok(text)) => self.understand(&text).await,
                Ok(Err(_)) => self.is_cut_off(),
                Err(_) => return,
            }
            if Instant::now() > end {
                return;
            }
        }
    }

    /// Closes the socket and leaves what it saw.
    pub(super) async fn goes_home(mut self) {
        if let Some(socket) = self.socket.take() {
            socket.leave().await;
        }
        self.visit.rooms.deposit(self.seat, self.sight);
    }

    async fn come_back(&mut self) -> Result<bool, Over> {
        let again = Instant::now() + self.visit.paced(COLLABORATION_AGAIN);
        self.visit.pause_until(again).await?;
        self.script.rest();
        self.open().await
    }

    fn is_cut_off(&mut self) {
        self.socket = None;
        self.line.clear();
        self.sight.goes(Instant::now());
    }

    /// Sends a message; one that cannot be sent is lost, as in the apps.
    async fn say(&mut self, text: String) {
        let Some(socket) = &mut self.socket else { return };
        if let Err(Closed { .. }) = socket.say(text).await {
            self.is_cut_off();
        }
    }

    async fn act(&mut self) {
        match self.script.doing {
            Doing::Resting => self.decide().await,
            Doing::Stroke { until } => self.draw_on(until).await,
            Doing::Typing { keys } => self.type_on(keys).await,
        }
    }

    async fn decide(&mut self) {
        let decision = match self.script.decide() {
            Decision::TurnPage | Decision::AddPage | Decision::LoseNetwork if self.calm => Decision::Stroke,
            decision => decision,
        };
        match decision {
            Decision::Stroke => {}
            Decision::Undo => self.undo().await,
            Decision::TurnPage => self.turn_page().await,
            Decision::AddPage => self.add_page().await,
            Decision::Text => {
                self.leave_canvas().await;
                return self.script.begins_to_type();
            }
            Decision::LoseNetwork => {
                if let Some(socket) = self.socket.take() {
                    socket.vanish();
                }
                return self.is_cut_off();
            }
        }
        let start = (self.script.below(500) as f64, self.script.below(500) as f64);
        self.line = vec![start];
        self.sent = 0;
        self.begun += 1;
        self.script.puts_pen_down();
    }

    /// One beat of a stroke: its line so far and the cursor; at its end the stroke itself.
    async fn draw_on(&mut self, until: Instant) {
        let Some(&last) = self.line.last() else {
            // The socket broke meanwhile.
            return self.script.rest();
        };
        let mut end = last;
        for _ in 0..POINTS {
            end = self.script.step(end);
            self.line.push(end);
        }
        let (place, preview) = (self.pages.place(), format!("stroke_{}", self.begun));
        let piece = messages::progress(&place, &preview, &self.line[self.sent..]);
        self.sent = self.line.len();
        self.say(piece).await;
        self.say(messages::cursor(&place, end)).await;
        self.script.beats();
        if Instant::now() < until || self.socket.is_none() {
            return;
        }
        self.say(messages::progress_ends(&place, &preview)).await;
        let line = std::mem::take(&mut self.line);
        let now = Instant::now();
        let stroke = self.sight.makes(now);
        let name = pages::name(stroke, now - self.visit.began);
        self.pages.draw(place.index, stroke, &name);
        self.say(messages::draw(&place, &name, &line)).await;
        self.script.rest();
    }

    async fn type_on(&mut self, keys: u32) {
        let place = self.pages.place();
        if keys > 0 {
            let next = STORY.as_bytes()[self.text.len() % STORY.len()];
            self.text.push(char::from(next));
            self.say(messages::typing(&place, &self.text)).await;
            return self.script.types(keys - 1);
        }
        self.say(messages::text(&place, &self.text)).await;
        self.say(messages::idle()).await;
        // Back to the canvas.
        self.sight.reloads();
        self.say(messages::sync(&place)).await;
        self.script.rest();
    }

    async fn undo(&mut self) {
        if let Some(name) = self.pages.last_of(self.number) {
            self.pages.erase(&name);
            if let Some((stroke, _)) = parse_item_id(&name) {
                self.sight.undoes(stroke);
            }
            let undo = messages::undo(&self.pages.place(), &name);
            self.say(undo).await;
        }
    }

    async fn turn_page(&mut self) {
        self.leave_canvas().await;
        let page = self.script.below(self.pages.count());
        self.pages.turn_to(page);
        self.sight.reloads();
        self.text.clear();
        let place = self.pages.place();
        self.say(messages::turn(&place)).await;
        self.say(messages::sync(&place)).await;
    }

    async fn add_page(&mut self) {
        if self.number == self.seat.host && self.pages.count() < MOST_PAGES {
            self.say(messages::add_page(self.pages.count())).await;
        }
    }

    /// The picture of a canvas goes out when it is left.
    async fn leave_canvas(&mut self) {
        let mut url = Pieces::default();
        let number = (self.number as u64) << 32 | self.begun;
        self.visit.drawings.add(number, &mut url);
        let url = url.to_text();
        self.say(messages::snapshot(&self.pages.place(), &url)).await;
    }

    /// Does what the app does about a message.
    async fn understand(&mut self, text: &str) {
        let now = Instant::now();
        let Ok(heard) = serde_json::from_str::<Heard<'_>>(text) else {
            let stage = self.visit.stage_now();
            return self.visit.ledger.complained(stage, "no JSON object with a type");
        };
        let page = heard.page_index.and_then(|index| usize::try_from(index).ok());
        match heard.kind.as_ref() {
            "draw" => self.sees(&heard, page, now),
            "delete_item" => {
                if let Some(id) = item_of(&heard) {
                    self.pages.erase(&id);
                    if let Some((stroke, _)) = parse_item_id(&id) {
                        self.sight.loses(stroke);
                    }
                }
            }
            "clear" => self.pages.clear(page.unwrap_or_default()),
            "page_added" => self.adds(&heard),
            "page_deleted" => {
                if let Some(page) = page {
                    self.pages.remove(page);
                }
            }
            "canvas_state" => {
                self.sight.reloads();
                let shown = heard.canvas_data.map(|data| item_ids_in(data.get()));
                for stroke in shown.unwrap_or_default() {
                    self.sight.is_shown(stroke);
                }
            }
            // Whatever page was asked for: the apps answer with the one in front of them.
            "request_canvas_state" => {
                let target = heard.requesting_user_id.unwrap_or_default();
                let state = messages::state(&self.pages.place(), &self.pages.project(), &target);
                self.say(state).await;
            }
            "error" => {
                let message = heard.message.map_or("", |message| message.get());
                self.visit.ledger.complained(self.visit.stage_now(), message);
            }
            _ => {}
        }
    }

    fn sees(&mut self, heard: &Heard<'_>, page: Option<usize>, now: Instant) {
        let Some(id) = item_of(heard) else { return };
        let Some((stroke, since)) = parse_item_id(&id) else {
            return;
        };
        let sent = self.visit.began + since;
        if let Seen::Live(delay) = self.sight.sees(stroke, sent, now) {
            let steady = self.visit.steady_since.get();
            let is_steady = steady.is_some_and(|steady| sent >= *steady);
            let stage = if is_steady { Stage::Steady } else { Stage::Ramp };
            self.visit.ledger.seen(stage, delay);
        }
        self.pages.draw(page.unwrap_or_default(), stroke, &id);
    }

    fn adds(&mut self, heard: &Heard<'_>) {
        let added = heard
            .page_data
            .map(|data| serde_json::from_str::<AddedPage>(data.get()));
        if let Some(Ok(AddedPage {
            page_index: Some(index),
            id: Some(id),
        })) = added
        {
            self.pages.add(index, id);
        }
    }
}

fn item_of(heard: &Heard<'_>) -> Option<String> {
    let item: Item<'_> = serde_json::from_str(heard.data?.get()).ok()?;
    item.item_id.map(Into::into)
}

/// The draft of an `init`; nothing when it is none.
fn draft_of(text: &str) -> Option<Draft> {
    let heard: Heard<'_> = serde_json::from_str(text).ok()?;
    if heard.kind != "init" {
        return None;
    }
    let draft = heard
        .story_draft
        .and_then(|draft| serde_json::from_str(draft.get()).ok());
    Some(draft.unwrap_or_default())
}
