//! One page of a room: its text, and which operations its canvas holds beyond the last stored state.

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::op::{Op, Saved};

/// How many ids of one user a page is known by; the oldest is forgotten.
const ALIASES_PER_USER: usize = 4;
/// How many ids of all users.
const ALIASES: usize = 40;
/// Layers whose values are remembered.
const LAYERS: usize = 64;
/// The longest id that is remembered, in bytes.
pub const LONGEST_ID: usize = 100;

/// A page, or the cover.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Slot {
    /// The id that the server knows it by.
    pub id: Box<str>,
    /// Which user calls it what.
    pub aliases: Vec<(i64, Box<str>)>,
    /// The whole text.
    pub text: Box<str>,
    /// Who wrote it last; 0 when nobody has.
    pub text_by: i64,
    /// The number of that operation.
    pub text_number: i64,
    /// How often the canvas was cleared.
    pub epoch: u32,
    /// Who cleared it last, …
    pub cleared_by: i64,
    /// … and the number of that operation.
    pub cleared_number: i64,
    /// The last values of each layer.
    pub layers: Vec<Layer>,
    /// The operations that the canvas shows and no stored state covers, oldest first.
    pub tail: Vec<Tail>,
    /// Bytes of the tail.
    pub tail_bytes: usize,
    /// The last operation that changed the canvas, clearing included; 0 when none has.
    pub drawn_number: i64,
    /// The stored state of this epoch, if there is one.
    pub state: Option<State>,
}

/// An operation in the tail of a canvas.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tail(pub i64, pub u32);

/// Up to where a stored state goes, and its hash.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct State {
    /// All operations up to this number are in it.
    pub covers: i64,
    /// To know the same one again.
    pub hash: Box<str>,
}

/// What a layer looks like; clients send only what changed, and take what is missing for undefined.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[expect(missing_docs, reason = "the names are the wire's own")]
pub struct Layer {
    pub layer_id: Box<str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<Box<str>>,
    pub visible: bool,
    pub opacity: f64,
    pub locked: bool,
    pub blend_mode: Box<str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub z_index: Option<i64>,
}

impl Layer {
    fn new(layer_id: &str) -> Self {
        Self {
            layer_id: layer_id.into(),
            name: None,
            visible: true,
            opacity: 1.0,
            locked: false,
            blend_mode: "normal".into(),
            z_index: None,
        }
    }
}

/// What a layer operation says; wrong types count as absent.
#[derive(Default)]
struct LayerChange {
    layer_id: Option<Box<str>>,
    name: Option<Box<str>>,
    visible: Option<bool>,
    opacity: Option<f64>,
    locked: Option<bool>,
    blend_mode: Option<Box<str>>,
    z_index: Option<i64>,
}

impl LayerChange {
    fn read(data: &RawValue) -> Self {
        let mut change = Self::default();
        let Ok(fields) = super::shallow::Object::read(data.get()) else {
            return change;
        };
        for (key, value) in fields.iter() {
            let value = value.get();
            match key {
                "layerId" => change.layer_id = short(value),
                "name" => change.name = short(value),
                "visible" => change.visible = serde_json::from_str(value).ok(),
                "opacity" => change.opacity = serde_json::from_str(value).ok(),
                "locked" => change.locked = serde_json::from_str(value).ok(),
                "blendMode" => change.blend_mode = short(value),
                "zIndex" => change.z_index = serde_json::from_str(value).ok(),
                _ => {}
            }
        }
        change
    }
}

fn short(json: &str) -> Option<Box<str>> {
    let text: Box<str> = serde_json::from_str(json).ok()?;
    (text.len() <= LONGEST_ID).then_some(text)
}

impl Slot {
    /// An untouched page.
    pub fn new(id: &str) -> Self {
        Self {
            id: id.into(),
            ..Self::default()
        }
    }

    /// Whether `user_id` means this page by `page_id`.
    pub fn is_known_as(&self, user_id: i64, page_id: &str) -> bool {
        *self.id == *page_id
            || self
                .aliases
                .iter()
                .any(|(user, alias)| *user == user_id && **alias == *page_id)
    }

    /// The id that `user_id` knows this page by.
    pub fn id_for(&self, user_id: i64) -> &str {
        let alias = self.aliases.iter().rev().find(|(user, _)| *user == user_id);
        alias.map_or(&self.id, |(_, alias)| alias)
    }

    /// Remembers what `user_id` calls this page.
    pub fn learn(&mut self, user_id: i64, page_id: &str) {
        if page_id.len() > LONGEST_ID || self.is_known_as(user_id, page_id) {
            return;
        }
        let own = self.aliases.iter().filter(|(user, _)| *user == user_id).count();
        if own >= ALIASES_PER_USER {
            let oldest = self.aliases.iter().position(|(user, _)| *user == user_id);
            self.aliases
                .remove(oldest.expect("there are several of this user"));
        } else if self.aliases.len() >= ALIASES {
            self.aliases.remove(0);
        }
        self.aliases.push((user_id, page_id.into()));
    }

    /// Counts an operation that the canvas shows now.
    pub fn drawn(&mut self, number: i64, op: &Op) {
        let bytes = u32::try_from(op.action.size()).unwrap_or(u32::MAX);
        self.tail.push(Tail(number, bytes));
        self.tail_bytes += bytes as usize;
        self.drawn_number = number;
    }

    /// Wipes the canvas: what was drawn before belongs to another epoch. The operations that were in the tail.
    pub fn clear(&mut self, number: i64, user_id: i64) -> Vec<i64> {
        self.epoch += 1;
        (self.cleared_by, self.cleared_number, self.drawn_number) = (user_id, number, number);
        (self.tail_bytes, self.state) = (0, None);
        std::mem::take(&mut self.tail)
            .into_iter()
            .map(|tail| tail.0)
            .collect()
    }

    /// Drops what a stored state covers, and tells which operations these are. Nothing when the state is of another epoch
    /// or older than the one there is.
    pub fn saved(&mut self, saved: &Saved) -> Option<Vec<i64>> {
        let is_newer = self
            .state
            .as_ref()
            .is_none_or(|state| state.covers <= saved.covers);
        if saved.epoch != self.epoch || !is_newer {
            return None;
        }
        let is_covered = |number: i64| number <= saved.covers || saved.also.contains(&number);
        let (covered, left): (Vec<Tail>, Vec<Tail>) = std::mem::take(&mut self.tail)
            .into_iter()
            .partition(|tail| is_covered(tail.0));
        self.tail = left;
        self.tail_bytes = self.tail.iter().map(|tail| tail.1 as usize).sum();
        self.state = Some(State {
            covers: saved.covers,
            hash: saved.hash.clone(),
        });
        Some(covered.into_iter().map(|tail| tail.0).collect())
    }

    /// Takes what a layer operation says and answers the whole layer, for those who need all its values.
    pub fn layer(&mut self, operation: &str, data: &RawValue) -> Option<Layer> {
        let change = LayerChange::read(data);
        let layer_id = change.layer_id.as_deref()?;
        let at = self.layers.iter().position(|layer| *layer.layer_id == *layer_id);
        if operation == "delete" {
            at.map(|at| self.layers.remove(at));
            return None;
        }
        let mut layer = at.map_or_else(|| Layer::new(layer_id), |at| self.layers.remove(at));
        layer.name = change.name.or(layer.name);
        layer.visible = change.visible.unwrap_or(layer.visible);
        layer.opacity = change.opacity.unwrap_or(layer.opacity);
        layer.locked = change.locked.unwrap_or(layer.locked);
        layer.blend_mode = change.blend_mode.unwrap_or(layer.blend_mode);
        layer.z_index = change.z_index.or(layer.z_index);
        if self.layers.len() >= LAYERS {
            self.layers.remove(0);
        }
        self.layers.push(layer.clone());
        Some(layer)
    }
}
