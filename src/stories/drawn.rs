//! The drawings that a request sends, and what is stored of them: cover, canvas, and what others see.

use std::collections::BTreeMap;

use super::rules::Given as Texts;
use super::store::writing::{Drawn, Written};
use crate::pictures::canvas::{self, CanvasError, Cover};
use crate::pictures::splitter::Given;
use crate::pictures::{Skeleton, named_in};
use crate::wire::Fields;

/// What was sent; `None` stays as it is.
#[derive(Clone, Debug, Default)]
pub struct Sent {
    cover: Option<Skeleton>,
    canvas: Option<Skeleton>,
}

/// Why drawings are refused, as a sentence.
#[derive(Clone, Debug)]
pub enum Refused {
    /// The canvas is no JSON array of objects.
    NotRows(String),
    /// It has too many rows.
    TooLarge(String),
}

impl From<CanvasError> for Refused {
    fn from(error: CanvasError) -> Self {
        match error {
            CanvasError::NotRows => Self::NotRows(error.to_string()),
            CanvasError::TooLarge => Self::TooLarge(error.to_string()),
        }
    }
}

impl Sent {
    /// Drawings that are split already.
    pub fn split(cover: Skeleton, canvas: Skeleton) -> Self {
        Self {
            cover: Some(cover),
            canvas: Some(canvas),
        }
    }

    /// The drawings of a new story: a canvas is needed.
    pub fn for_new(skeletons: BTreeMap<&'static str, Given>, fields: &mut Fields) -> Self {
        if !skeletons.contains_key("canvas_data") {
            fields.refuse("canvas_data", "This field is required.");
        }
        Self::for_change(skeletons, fields)
    }

    /// The drawings of a change: absent ones stay, a blank canvas is refused.
    pub fn for_change(mut skeletons: BTreeMap<&'static str, Given>, fields: &mut Fields) -> Self {
        let canvas = text(&mut skeletons, "canvas_data", fields).map(Skeleton::trim);
        if canvas.as_ref().is_some_and(Skeleton::is_blank) {
            fields.refuse("canvas_data", "This field may not be blank.");
        }
        // A cover of a forbidden kind is ignored, not refused: a refusal would stop the story from syncing at all.
        let cover = text(&mut skeletons, "cover_image", fields).and_then(canvas::accept_cover);
        Self { cover, canvas }
    }

    /// Whether all that was sent is what is stored: then it was accepted before.
    fn is_stored(&self, stored: &Drawn) -> bool {
        let is =
            |sent: &Option<Skeleton>, stored: &str| sent.as_ref().is_none_or(|sent| sent.as_str() == stored);
        is(&self.cover, &stored.cover) && is(&self.canvas, &stored.canvas)
    }

    /// What is to be stored, given what is stored now.
    pub fn drawn(&self, stored: Option<&Drawn>) -> Result<Drawn, Refused> {
        if let Some(stored) = stored.filter(|stored| self.is_stored(stored)) {
            return Ok(stored.clone());
        }
        let stored_text = |text: fn(&Drawn) -> &String| {
            Skeleton::from_stored(stored.map(text).cloned().unwrap_or_default())
        };
        let stored_canvas = stored_text(|drawn| &drawn.canvas);
        let canvas = match &self.canvas {
            Some(sent) => canvas::accept(sent.clone(), Some(&stored_canvas))?,
            None => stored_canvas,
        };
        let cover = self
            .cover
            .clone()
            .unwrap_or_else(|| stored_text(|drawn| &drawn.cover));
        let public_cover = match canvas::cover_of(&cover, &canvas) {
            Some(Cover::Picture(reference)) => reference.to_string(),
            Some(Cover::Url(url)) => url,
            None => String::new(),
        };
        Ok(Drawn {
            public_cover,
            page_key: canvas::page_key(&canvas),
            pictures: named_in(&[cover.as_str(), canvas.as_str()]),
            wire_bytes: (cover.joined_len() + canvas.joined_len()) as i64,
            cover: cover.into_stored(),
            canvas: canvas.into_stored(),
        })
    }
}

fn text(skeletons: &mut BTreeMap<&'static str, Given>, name: &str, fields: &mut Fields) -> Option<Skeleton> {
    match skeletons.remove(name)? {
        Given::Text(text) if text.has_nul() => fields.refuse(name, "Null characters are not allowed."),
        Given::Text(text) => return Some(text),
        Given::Null => fields.refuse(name, "This field may not be null."),
        Given::WrongType => fields.refuse(name, "Not a valid text."),
    }
    None
}

impl Written {
    /// A new story: what was not given takes its default.
    pub fn new(given: Texts, drawn: Drawn) -> Self {
        Self {
            title: given.title.unwrap_or_default(),
            summary: given.summary.flatten(),
            category: given.category.unwrap_or_else(|| "other".to_owned()),
            genres: genres_json(&given.genres.unwrap_or_default()),
            language: given.language.unwrap_or_else(|| "en".to_owned()),
            creation_type: given.creation_type.unwrap_or_else(|| "manual".to_owned()),
            is_published: given.is_published.unwrap_or_default(),
            content: given.content.unwrap_or_default(),
            drawn,
        }
    }

    /// This story with what was given.
    #[must_use]
    pub fn changed(&self, given: Texts, drawn: Drawn) -> Self {
        let old = self.clone();
        Self {
            title: given.title.unwrap_or(old.title),
            summary: given.summary.unwrap_or(old.summary),
            category: given.category.unwrap_or(old.category),
            genres: given.genres.map_or(old.genres, |genres| genres_json(&genres)),
            language: given.language.unwrap_or(old.language),
            creation_type: given.creation_type.unwrap_or(old.creation_type),
            is_published: given.is_published.unwrap_or(old.is_published),
            content: given.content.unwrap_or(old.content),
            drawn,
        }
    }
}

fn genres_json(genres: &[String]) -> String {
    serde_json::Value::from(genres).to_string()
}
