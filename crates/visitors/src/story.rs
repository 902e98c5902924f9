//! A story as the drawing page sends it: the whole of it, every time, one drawing changed.

use serde_json::{Value, json};

use crate::drawing::Pool;
use crate::http::Pieces;

/// Drawings that one story can have over its life.
const REVISIONS: u64 = 1 << 24;
/// Stands where a drawing goes; no character of it is escaped in JSON.
const PLACE: &str = "<drawing>";

/// One artist's story.
pub(crate) struct Story {
    /// Its JSON, cut where the drawings go.
    texts: Vec<String>,
    /// The numbers of its drawings as they are now.
    drawings: Vec<u64>,
    /// The number of the next drawing.
    next: u64,
}

impl Story {
    /// The story of artist `number`, with as many pages as drawings. The seed makes its pages' ids, so that the same
    /// run opens the same story.
    pub(crate) fn new(seed: u64, number: usize, pages: usize) -> Self {
        let json = draft(seed, number, pages).to_string();
        let first = number as u64 * REVISIONS;
        let next = first + pages as u64;
        Self {
            texts: json.split(PLACE).map(str::to_owned).collect(),
            drawings: (first..next).collect(),
            next,
        }
    }

    /// Draws one page anew.
    pub(crate) fn draw(&mut self, page: usize) {
        self.drawings[page] = self.next;
        self.next += 1;
    }

    /// The body of a create or an autosave.
    pub(crate) fn body(&self, pool: &Pool) -> Pieces {
        let mut body = Pieces::default();
        let (last, texts) = self.texts.split_last().expect("a split has one part at least");
        for (text, &drawing) in texts.iter().zip(&self.drawings) {
            body.push(text.clone());
            pool.add(drawing, &mut body);
        }
        body.push(last.clone());
        body
    }
}

fn draft(seed: u64, number: usize, pages: usize) -> Value {
    let page = |order: usize| {
        let id = format!("v{seed:x}a{number}p{order}");
        json!({"id": id, "order": order, "canvasData": PLACE})
    };
    let canvas: Vec<Value> = (0..pages).map(page).collect();
    let text = "The snail packed its house, looked back once, and set off for the sea.";
    json!({
        "title": format!("The Travelling Snail, Part {}", number + 1),
        "content": vec![text; pages].join("\n\n---PAGE BREAK---\n\n"),
        "canvas_data": Value::from(canvas).to_string(),
        "summary": "A long way for somebody small.",
        "category": "adventure",
        "genres": ["adventure", "animal"],
        "language": "en",
        "creation_type": "manual",
        "is_published": false,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pages(body: &Pieces) -> Vec<Value> {
        let json: Value = serde_json::from_slice(&body.joined()).unwrap();
        serde_json::from_str(json["canvas_data"].as_str().unwrap()).unwrap()
    }

    #[test]
    fn twenty_five_drawings_make_two_megabytes() {
        let body = Story::new(1, 0, 25).body(&Pool::drawn(1));
        assert!(
            (2_000_000..2_300_000).contains(&body.length()),
            "{}",
            body.length()
        );
        assert_eq!(body.length(), body.joined().len() as u64);
        assert_eq!(pages(&body).len(), 25);
    }

    #[test]
    fn an_autosave_changes_one_drawing() {
        let pool = Pool::drawn(1);
        let mut story = Story::new(1, 3, 5);
        let before = pages(&story.body(&pool));
        story.draw(2);
        let after = pages(&story.body(&pool));
        let changed = |page: &usize| before[*page] != after[*page];
        assert_eq!((0..5).filter(changed).collect::<Vec<_>>(), [2]);
        assert_eq!(before[2]["id"], after[2]["id"]);
    }

    #[test]
    fn no_two_artists_draw_the_same() {
        let pool = Pool::drawn(1);
        let drawings = |number| pages(&Story::new(1, number, 5).body(&pool));
        let (one, other) = (drawings(0), drawings(1));
        assert!(
            one.iter()
                .all(|page| other.iter().all(|of| of["canvasData"] != page["canvasData"]))
        );
    }
}
