//! What a room holds: a story that is being made. Every server applies the same operations in the order of their
//! numbers, and so has the same model.
//!
//! Pure and deterministic. Must not know sockets, time or who is connected.

use std::collections::{BTreeMap, VecDeque};

use serde::{Deserialize, Serialize};

use super::op::{Action, COVER, DraftChange, Op, Place};
use super::slot::{Layer, Slot};

/// Pages at most.
pub const MOST_PAGES: usize = 100;
/// Added and deleted pages that are remembered for those who come back.
const MOST_PAGE_EVENTS: usize = 200;
/// Ids of deleted pages that are remembered.
const MOST_GONE: usize = 200;
/// Ids of the cover on the wire.
const COVER_IDS: [&str; 2] = ["cover_image", "cover"];
/// The title that a story has from its first text on, until somebody gives it one.
pub const FIRST_TITLE: &str = "Collaborative Story";

/// The state of a room at a number of its log.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Model {
    /// Of the last operation that was applied.
    pub number: i64,
    /// The story's title; empty until there is one.
    pub title: Box<str>,
    /// Who wrote the title last; 0 when nobody has.
    pub title_by: i64,
    /// The number of that operation.
    pub title_number: i64,
    /// The draft's other fields.
    pub meta: Option<Box<DraftChange>>,
    /// The pages in their order.
    pub slots: Vec<Slot>,
    /// The cover.
    pub cover: Slot,
    /// Who looks at which page, as told by the last page change. Who is not in here looks at the first.
    pub viewers: BTreeMap<i64, i32>,
    /// The last pages that were added and deleted.
    pub events: VecDeque<PageEvent>,
    /// The number up to which `events` are complete: earlier ones were forgotten.
    pub events_since: i64,
    /// Ids of pages that were deleted, with the user who called them so (0: the server).
    gone: VecDeque<(i64, Box<str>)>,
}

/// A page was added or deleted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PageEvent {
    /// Of the operation.
    pub number: i64,
    /// Who did it.
    pub user_id: i64,
    /// Added, or deleted.
    pub added: bool,
    /// Where it was at that moment.
    pub index: i32,
    /// Its canonical id.
    pub id: Box<str>,
}

/// What became of an operation.
#[derive(Clone, Debug, PartialEq)]
pub enum Applied {
    /// Nobody has to be told.
    Silent,
    /// It does not fit any more; its sender is told why.
    Refused(&'static str),
    /// The title or another field of the draft.
    Draft,
    /// Somebody turned a page.
    PageChange,
    /// A page was added, here and under this id.
    PageAdded {
        /// Its position.
        index: i32,
        /// Its canonical id.
        id: Box<str>,
        /// Pages that were missing before it. The first one is not among them: every client has it.
        missing: Vec<(i32, Box<str>)>,
    },
    /// A page was deleted.
    PageDeleted {
        /// Where it was.
        index: i32,
        /// Its canonical id.
        id: Box<str>,
        /// The operations that it leaves in the log.
        dropped: Vec<i64>,
    },
    /// Something happened on a page.
    OnPage {
        /// Its canonical id.
        id: Box<str>,
        /// Where it is now; -1 is the cover.
        index: i32,
        /// The whole layer, of an operation on one.
        layer: Option<Layer>,
        /// The operations that a clear leaves in the log.
        dropped: Vec<i64>,
    },
    /// A state of a canvas counts now.
    Saved {
        /// The page's canonical id.
        id: Box<str>,
        /// The operations that it covers.
        dropped: Vec<i64>,
    },
}

/// Why a page cannot be found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoPage {
    /// It was deleted.
    Gone,
    /// The position is no page that could be.
    OutOfRange,
}

impl NoPage {
    /// For the sender.
    pub fn text(self) -> &'static str {
        match self {
            Self::Gone => "That page was deleted.",
            Self::OutOfRange => "There is no such page.",
        }
    }
}

/// Where a page stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Spot {
    /// The cover.
    Cover,
    /// This page.
    Page(usize),
    /// A page beyond the last, which would have to be made.
    Beyond(usize),
}

impl Default for Model {
    fn default() -> Self {
        Self {
            number: 0,
            title: Box::default(),
            title_by: 0,
            title_number: 0,
            meta: None,
            slots: Vec::new(),
            cover: Slot::new(COVER_IDS[0]),
            viewers: BTreeMap::new(),
            events: VecDeque::new(),
            events_since: 0,
            gone: VecDeque::new(),
        }
    }
}

impl Model {
    /// Applies the next operation of the log.
    pub fn apply(&mut self, number: i64, op: &Op) -> Applied {
        self.number = number;
        match &op.action {
            Action::Title { title } => {
                self.title.clone_from(title);
                (self.title_by, self.title_number) = (op.user_id, number);
                Applied::Draft
            }
            Action::Draft(change) => self.change_draft(number, op.user_id, change),
            Action::PageChange { page } => {
                self.viewers.insert(op.user_id, *page);
                Applied::PageChange
            }
            Action::AddPage { index, id, extra } => {
                self.add_page(number, op.user_id, *index, id, extra.get())
            }
            Action::DeletePage => self.delete_page(number, op),
            _ => self.on_page(number, op),
        }
    }

    /// Where the page is that a user means.
    pub fn find(&self, user_id: i64, place: &Place) -> Result<Spot, NoPage> {
        let page_id = place.page_id.as_deref();
        if place.is_cover || place.index == Some(COVER) || page_id.is_some_and(|id| COVER_IDS.contains(&id)) {
            return Ok(Spot::Cover);
        }
        if let Some(slot) = place.slot.as_deref() {
            if *slot == *self.cover.id {
                return Ok(Spot::Cover);
            }
            return self.position(slot).map(Spot::Page).ok_or(NoPage::Gone);
        }
        if let Some(id) = page_id {
            if let Some(at) = self.slots.iter().position(|slot| slot.is_known_as(user_id, id)) {
                return Ok(Spot::Page(at));
            }
            let is_gone = |(user, gone): &(i64, Box<str>)| (*user == 0 || *user == user_id) && **gone == *id;
            if self.gone.iter().any(is_gone) {
                return Err(NoPage::Gone);
            }
        }
        let index = place.index.or_else(|| page_id.and_then(numbered));
        if index.is_none() && page_id.is_some() && !self.slots.is_empty() {
            // An id that nobody knows is not just any page.
            return Err(NoPage::OutOfRange);
        }
        let index = index.unwrap_or(0);
        match usize::try_from(index) {
            Ok(index) if index < self.slots.len() => Ok(Spot::Page(index)),
            Ok(index) if index < MOST_PAGES => Ok(Spot::Beyond(index)),
            _ => Err(NoPage::OutOfRange),
        }
    }

    /// Remembers what a user calls a page, from a message that is no operation. What others apply does not depend on it.
    pub fn learn(&mut self, user_id: i64, place: &Place) {
        if let (Ok(Spot::Page(at)), Some(id)) = (self.find(user_id, place), place.page_id.as_deref())
            && numbered(id).is_none()
        {
            self.slots[at].learn(user_id, id);
        }
    }

    /// The page that a user means, if it is there.
    pub fn slot(&self, user_id: i64, place: &Place) -> Option<&Slot> {
        match self.find(user_id, place).ok()? {
            Spot::Cover => Some(&self.cover),
            Spot::Page(at) => self.slots.get(at),
            Spot::Beyond(_) => None,
        }
    }

    /// A page or the cover by its canonical id, with its position.
    pub fn by_id(&self, id: &str) -> Option<(i32, &Slot)> {
        if *id == *self.cover.id {
            return Some((COVER, &self.cover));
        }
        let at = self.position(id)?;
        Some((as_index(at), &self.slots[at]))
    }

    /// Every canvas: the cover, then the pages.
    pub fn canvases(&self) -> impl Iterator<Item = &Slot> {
        std::iter::once(&self.cover).chain(&self.slots)
    }

    /// The page that a user looks at.
    pub fn page_of(&self, user_id: i64) -> i32 {
        self.viewers.get(&user_id).copied().unwrap_or(0)
    }

    /// Whether nobody has written or drawn anything yet.
    pub fn is_untouched(&self) -> bool {
        self.title.is_empty() && self.slots.is_empty() && self.meta.is_none()
    }

    /// Bytes of what the canvases show beyond their stored states.
    pub fn drawn_bytes(&self) -> usize {
        self.canvases().map(|slot| slot.tail_bytes).sum()
    }

    /// Bytes of the texts of all pages.
    pub fn text_bytes(&self) -> usize {
        self.slots.iter().map(|slot| slot.text.len()).sum()
    }

    fn position(&self, id: &str) -> Option<usize> {
        self.slots.iter().position(|slot| *slot.id == *id)
    }

    fn change_draft(&mut self, number: i64, user_id: i64, change: &DraftChange) -> Applied {
        let DraftChange {
            title,
            genres,
            category,
            summary,
            language,
            cover_image,
            pages,
        } = change.clone();
        if let Some(title) = title {
            self.title = title.into();
            (self.title_by, self.title_number) = (user_id, number);
        }
        let meta = self.meta.get_or_insert_default();
        meta.genres = genres.or(meta.genres.take());
        meta.category = category.or(meta.category.take());
        meta.summary = summary.or(meta.summary.take());
        meta.language = language.or(meta.language.take());
        meta.cover_image = cover_image.or(meta.cover_image.take());
        if self.slots.is_empty() {
            for text in pages.unwrap_or_default().into_iter().take(MOST_PAGES) {
                let mut slot = Slot::new(&self.new_id(number));
                slot.text = text.into();
                (slot.text_by, slot.text_number) = (user_id, number);
                self.slots.push(slot);
            }
        }
        Applied::Draft
    }

    fn add_page(&mut self, number: i64, user_id: i64, index: Option<i32>, id: &str, extra: &str) -> Applied {
        // Every client has a first page of its own from the start, whether or not anybody has written on it.
        let wanted = index.and_then(|index| usize::try_from(index).ok()).unwrap_or(1);
        let at = wanted.max(self.slots.len());
        if at >= MOST_PAGES {
            return Applied::Refused("This story has as many pages as a story can have.");
        }
        let first = self.slots.len().max(1);
        self.pad(number, at);
        let missing: Vec<(i32, Box<str>)> = (first..at)
            .map(|at| (as_index(at), self.slots[at].id.clone()))
            .collect();
        let id = if self.by_id(id).is_some() {
            self.new_id(number)
        } else {
            id.into()
        };
        let mut slot = Slot::new(&id);
        if let Some(text) = text_of_page(extra) {
            slot.text = text;
            (slot.text_by, slot.text_number) = (user_id, number);
        }
        self.slots.push(slot);
        let index = as_index(at);
        self.viewers
            .values_mut()
            .filter(|page| **page >= index)
            .for_each(|page| *page += 1);
        for (index, id) in missing.iter().cloned().chain([(index, id.clone())]) {
            self.note(PageEvent {
                number,
                user_id,
                added: true,
                index,
                id,
            });
        }
        Applied::PageAdded { index, id, missing }
    }

    fn delete_page(&mut self, number: i64, op: &Op) -> Applied {
        let at = match self.find(op.user_id, &op.place) {
            Ok(Spot::Page(at)) => at,
            // Somebody else has deleted it at the same moment, which is what this user wants.
            Err(NoPage::Gone) => return Applied::Silent,
            _ => return Applied::Refused("There is no such page."),
        };
        if self.slots.len() <= 1 {
            return Applied::Refused("The last page stays.");
        }
        let slot = self.slots.remove(at);
        let index = as_index(at);
        for page in self.viewers.values_mut().filter(|page| **page >= index) {
            *page = (*page - 1).max(0);
        }
        self.forget(&slot);
        self.note(PageEvent {
            number,
            user_id: op.user_id,
            added: false,
            index,
            id: slot.id.clone(),
        });
        let dropped = slot.tail.iter().map(|tail| tail.0).collect();
        let id = slot.id;
        Applied::PageDeleted { index, id, dropped }
    }

    fn on_page(&mut self, number: i64, op: &Op) -> Applied {
        let spot = match self.find(op.user_id, &op.place) {
            Ok(spot) => spot,
            Err(_) if matches!(op.action, Action::Saved(_)) => return Applied::Silent,
            Err(none) => return Applied::Refused(none.text()),
        };
        if let Spot::Beyond(at) = spot {
            self.grow(number, at, op.place.page_id.as_deref());
        }
        let (index, slot) = match spot {
            Spot::Cover => (COVER, &mut self.cover),
            Spot::Page(at) | Spot::Beyond(at) => {
                let slot = &mut self.slots[at];
                if let Some(id) = op.place.page_id.as_deref().filter(|id| numbered(id).is_none()) {
                    slot.learn(op.user_id, id);
                }
                (as_index(at), slot)
            }
        };
        let (mut layer, mut dropped) = (None, Vec::new());
        match &op.action {
            Action::Text { .. } if spot == Spot::Cover => return Applied::Refused("The cover has no text."),
            Action::Text { text } => {
                slot.text.clone_from(text);
                (slot.text_by, slot.text_number) = (op.user_id, number);
            }
            Action::Clear => {
                dropped = slot.clear(number, op.user_id);
            }
            Action::Saved(saved) => {
                let id = slot.id.clone();
                let saved = slot.saved(saved);
                return saved.map_or(Applied::Silent, |dropped| Applied::Saved { id, dropped });
            }
            Action::Layer { operation, data } => {
                layer = slot.layer(operation, data);
                slot.drawn(number, op);
            }
            _ => slot.drawn(number, op),
        }
        let id = slot.id.clone();
        if matches!(op.action, Action::Text { .. }) && self.title.is_empty() {
            self.title = FIRST_TITLE.into();
        }
        Applied::OnPage {
            id,
            index,
            layer,
            dropped,
        }
    }

    /// Makes the page at `at`, and those before it that are missing. It gets the first id that it is called by.
    fn grow(&mut self, number: i64, at: usize, page_id: Option<&str>) {
        self.pad(number, at);
        let own = page_id.filter(|id| {
            !id.is_empty()
                && id.len() <= super::slot::LONGEST_ID
                && numbered(id).is_none()
                && self.by_id(id).is_none()
        });
        let id = own.map_or_else(|| self.new_id(number), Into::into);
        self.slots.push(Slot::new(&id));
    }

    fn pad(&mut self, number: i64, to: usize) {
        while self.slots.len() < to {
            self.slots.push(Slot::new(&self.new_id(number)));
        }
    }

    /// An id that every server makes alike: of the operation that needs it and the place among the pages.
    fn new_id(&self, number: i64) -> Box<str> {
        format!("page-{number}-{}", self.slots.len()).into()
    }

    fn note(&mut self, event: PageEvent) {
        if self.events.len() >= MOST_PAGE_EVENTS
            && let Some(oldest) = self.events.pop_front()
        {
            self.events_since = oldest.number;
        }
        self.events.push_back(event);
    }

    fn forget(&mut self, slot: &Slot) {
        self.gone.push_back((0, slot.id.clone()));
        self.gone.extend(slot.aliases.iter().cloned());
        while self.gone.len() > MOST_GONE {
            self.gone.pop_front();
        }
    }
}

/// The position in an id like `page_3`.
fn numbered(page_id: &str) -> Option<i32> {
    page_id
        .strip_prefix("page_")?
        .parse()
        .ok()
        .filter(|index| *index >= 0)
}

fn text_of_page(extra: &str) -> Option<Box<str>> {
    let fields = super::shallow::Object::read(extra).ok()?;
    let text: Box<str> = serde_json::from_str(fields.get("text")?.get()).ok()?;
    (!text.is_empty()).then_some(text)
}

fn as_index(at: usize) -> i32 {
    i32::try_from(at).expect("a room has at most a hundred pages")
}
