//! The story as one child's app has it: its pages, and what is drawn on each.

use crate::strokes::{Stroke, item_id};

/// The page on which somebody works, as messages name it.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Place {
    pub(super) id: String,
    pub(super) index: usize,
}

/// What is on a page.
#[derive(Debug, Default)]
struct Page {
    id: String,
    /// Names of the strokes, in the order of drawing.
    items: Vec<(Stroke, String)>,
}

#[derive(Debug)]
pub(super) struct Pages {
    pages: Vec<Page>,
    current: usize,
}

impl Pages {
    /// One page, whose id this app has chosen: it is another one on each device.
    pub(super) fn new(first: String) -> Self {
        Self {
            pages: vec![Page {
                id: first,
                items: Vec::new(),
            }],
            current: 0,
        }
    }

    pub(super) fn count(&self) -> usize {
        self.pages.len()
    }

    pub(super) fn place(&self) -> Place {
        Place {
            id: self.pages[self.current].id.clone(),
            index: self.current,
        }
    }

    pub(super) fn turn_to(&mut self, index: usize) {
        self.current = index.min(self.pages.len() - 1);
    }

    /// The draft of an `init` has so many pages with these ids; the first keeps the app's own.
    pub(super) fn adopt(&mut self, ids: impl Iterator<Item = Option<String>>) {
        for (index, id) in ids.enumerate().skip(1) {
            self.add(index, id.unwrap_or_else(|| format!("page_{index}")));
        }
    }

    /// A page has been added; one that is there already is left alone, as the apps do it.
    pub(super) fn add(&mut self, index: usize, id: String) {
        if index < self.pages.len() || index > 200 {
            return;
        }
        while self.pages.len() < index {
            let id = format!("page_{}", self.pages.len());
            self.pages.push(Page {
                id,
                items: Vec::new(),
            });
        }
        self.pages.push(Page {
            id,
            items: Vec::new(),
        });
    }

    pub(super) fn remove(&mut self, index: usize) {
        if index < self.pages.len() && self.pages.len() > 1 {
            self.pages.remove(index);
            self.current = self.current.min(self.pages.len() - 1);
        }
    }

    /// A stroke is on the page of this index.
    pub(super) fn draw(&mut self, index: usize, stroke: Stroke, name: &str) {
        if let Some(page) = self.pages.get_mut(index)
            && page.items.iter().all(|(drawn, _)| *drawn != stroke)
        {
            page.items.push((stroke, name.to_owned()));
        }
    }

    pub(super) fn erase(&mut self, name: &str) {
        for page in &mut self.pages {
            page.items.retain(|(_, drawn)| drawn != name);
        }
    }

    pub(super) fn clear(&mut self, index: usize) {
        if let Some(page) = self.pages.get_mut(index) {
            page.items.clear();
        }
    }

    /// The name of the last stroke of this artist on the page in front of it.
    pub(super) fn last_of(&self, artist: usize) -> Option<String> {
        let mut items = self.pages[self.current].items.iter().rev();
        let (_, name) = items.find(|(stroke, _)| stroke.artist == artist)?;
        Some(name.clone())
    }

    /// The drawing in front of it as the drawing engine writes it down: some 600 bytes for a stroke.
    pub(super) fn project(&self) -> String {
        let path = |(_, name): &(Stroke, String)| {
            let points: Vec<String> = (0..30)
                .map(|n| format!("[{}.5,{}.25]", 100 + n * 7, 90 + n * 5))
                .collect();
            format!(
                r##"["Path",{{"data":{{"itemId":"{name}"}},"applyMatrix":true,"segments":[{}],"strokeColor":"#4ECDC4","strokeWidth":6}}]"##,
                points.join(",")
            )
        };
        let paths: Vec<String> = self.pages[self.current].items.iter().map(path).collect();
        format!(r#"[["Layer",{{"children":[{}]}}]]"#, paths.join(","))
    }
}

/// A fresh name of a stroke; see [`item_id`].
pub(super) fn name(stroke: Stroke, since_began: std::time::Duration) -> String {
    item_id(stroke, since_began)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::strokes::item_ids_in;

    fn stroke(artist: usize, number: usize) -> Stroke {
        Stroke { artist, number }
    }

    #[test]
    fn pages_are_added_behind_the_last_one_and_never_twice() {
        let mut pages = Pages::new("mine".to_owned());
        pages.add(0, "late".to_owned());
        assert_eq!(pages.count(), 1);
        pages.add(2, "third".to_owned());
        pages.add(2, "third again".to_owned());
        assert_eq!(pages.count(), 3);
        pages.turn_to(9);
        assert_eq!(
            pages.place(),
            Place {
                id: "third".to_owned(),
                index: 2
            }
        );
        pages.remove(0);
        assert_eq!((pages.place().index, pages.count()), (1, 2));
    }

    #[test]
    fn a_project_names_what_is_drawn_on_the_page() {
        let mut pages = Pages::new("mine".to_owned());
        pages.add(1, "second".to_owned());
        for (page, number) in [(0, 0), (0, 1), (0, 1), (1, 2)] {
            let stroke = stroke(3, number);
            let name = name(stroke, std::time::Duration::from_secs(1));
            pages.draw(page, stroke, &name);
        }
        let project = pages.project();
        assert!(
            serde_json::from_str::<serde_json::Value>(&project).is_ok(),
            "{project}"
        );
        assert_eq!(item_ids_in(&project), [stroke(3, 0), stroke(3, 1)].into());
        let last = pages.last_of(3).unwrap();
        pages.erase(&last);
        assert_eq!(item_ids_in(&pages.project()), [stroke(3, 0)].into());
        pages.clear(0);
        assert_eq!(pages.last_of(3), None);
    }
}
