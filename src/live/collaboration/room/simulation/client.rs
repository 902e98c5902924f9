//! A client of the simulation, which does what the contract says that the apps do: it shows its own strokes, texts and
//! clears at once, and takes pages from the server alone, by position.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::rc::Rc;
use std::time::Instant;

use serde_json::Value;
use sockets::Frame;

use crate::live::collaboration::room::model::{FIRST_TITLE, Model};
use crate::live::collaboration::room::seat::Post;

pub(super) type Inbox = Rc<RefCell<VecDeque<(Instant, Value)>>>;
pub(super) type Now = Rc<Cell<Instant>>;

/// The way to a simulated client.
#[derive(Clone, Debug)]
pub(super) struct Wire(pub(super) Inbox, pub(super) Now);

impl Post for Wire {
    fn send(&self, frame: &Frame) {
        let value = serde_json::from_slice(frame.payload()).unwrap();
        self.0.borrow_mut().push_back((self.1.get(), value));
    }

    fn cork(&self, frame: &Frame, _: u64) {
        self.send(frame);
    }

    fn send_state(&self, frames: Vec<Frame>, _: Box<dyn std::any::Any + Send>) -> bool {
        for frame in frames {
            self.send(&frame);
        }
        true
    }

    fn close(&self, _: u16, _: &'static str) {}
}

/// A page as a client has it.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Page {
    pub(super) id: String,
    pub(super) text: String,
    /// As often as they were drawn.
    pub(super) items: Vec<String>,
}

/// A story as somebody sees it: what has to be the same for all.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Sight {
    /// The text of each, and what is drawn on it, in no order.
    pub(super) pages: Vec<(String, Vec<String>)>,
    pub(super) title: Option<String>,
}

#[derive(Debug)]
pub(super) struct Client {
    pub(super) user_id: i64,
    /// Its socket, while it has one.
    pub(super) seat: Option<u64>,
    pub(super) inbox: Inbox,
    /// On the way to the server, with the instant of sending.
    pub(super) sent: VecDeque<(Instant, String)>,
    pub(super) pages: Vec<Page>,
    pub(super) title: Option<String>,
    pub(super) was_here: bool,
    pub(super) out: bool,
    pub(super) seen: i64,
}

impl Client {
    pub(super) fn new(user_id: i64) -> Self {
        let first = Page {
            id: format!("local-{user_id}"),
            ..Page::default()
        };
        Self {
            user_id,
            seat: None,
            inbox: Inbox::default(),
            sent: VecDeque::new(),
            pages: vec![first],
            title: None,
            was_here: false,
            out: false,
            seen: 0,
        }
    }

    pub(super) fn sight(&self, has_title: bool) -> Sight {
        Sight {
            pages: self
                .pages
                .iter()
                .map(|page| (page.text.clone(), sorted(&page.items)))
                .collect(),
            title: self.title.clone().filter(|_| has_title),
        }
    }

    fn page(&mut self, index: i64) -> &mut Page {
        let index = usize::try_from(index).unwrap();
        while self.pages.len() <= index {
            let id = format!("own-{}-{}", self.user_id, self.pages.len());
            self.pages.push(Page {
                id,
                ..Page::default()
            });
        }
        &mut self.pages[index]
    }

    /// Takes a frame as the apps do.
    pub(super) fn take(&mut self, frame: &Value) {
        let index = frame["page_index"].as_i64();
        match frame["type"].as_str().unwrap() {
            "page_added" => {
                let (index, id) = (&frame["page_data"]["page_index"], &frame["page_data"]["id"]);
                let index = usize::try_from(index.as_i64().unwrap()).unwrap();
                if index < self.pages.len() {
                    return;
                }
                let page = self.page(i64::try_from(index).unwrap());
                page.id = id.as_str().unwrap().to_owned();
                page.text = frame["page_data"]["text"].as_str().unwrap_or_default().to_owned();
            }
            "page_deleted" => {
                let index = usize::try_from(index.unwrap()).unwrap();
                if index < self.pages.len() {
                    self.pages.remove(index);
                }
            }
            "text_edit" => self.page(index.unwrap()).text = frame["text"].as_str().unwrap().to_owned(),
            "title_edit" => self.title = Some(frame["title"].as_str().unwrap().to_owned()),
            "draw" => {
                let item = frame["data"]["itemId"].as_str().unwrap().to_owned();
                self.page(index.unwrap()).items.push(item);
            }
            "delete_item" => {
                let item = frame["data"]["itemId"].as_str().unwrap();
                self.page(frame["data"]["pageIndex"].as_i64().unwrap())
                    .items
                    .retain(|drawn| drawn != item);
            }
            "clear" => self.page(index.unwrap()).items.clear(),
            "canvas_state" => {
                let project = frame["canvas_data"]["projectData"].as_str().unwrap();
                let items = project
                    .split(' ')
                    .filter(|item| !item.is_empty())
                    .map(str::to_owned);
                self.page(index.unwrap()).items = items.collect();
            }
            "session_ended" => self.out = true,
            _ => {}
        }
    }

    pub(super) fn say(&mut self, message: &Value, now: Instant) {
        self.sent.push_back((now, message.to_string()));
    }
}

fn sorted(items: &[String]) -> Vec<String> {
    let mut items = items.to_vec();
    items.sort();
    items
}

/// What the first `init` does: the title, missing pages, texts by position.
pub(super) fn apply_draft(client: &mut Client, model: &Model) {
    if !model.title.is_empty() && *model.title != *FIRST_TITLE {
        client.title = Some(model.title.to_string());
    }
    for (index, slot) in model.slots.iter().enumerate() {
        if client.pages.len() <= index {
            let id = slot.id.to_string();
            client.pages.push(Page {
                id,
                ..Page::default()
            });
        }
        client.pages[index].text = slot.text.to_string();
    }
}
