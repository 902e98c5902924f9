//! Who saw which strokes, and when: what the members of a room saw is put together when the last of them has left.
//!
//! A stroke must have been seen by everybody who was in the room when it was made and stayed for a while, once, and all
//! must have seen the strokes of others in the same order. Pure.

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use tokio::time::Instant;

use crate::report::Strokes;

/// A stroke that was made so shortly before its artist's or its viewer's socket ended may be lost on the way: it may have
/// waited for a database that was away, and been given up.
const ON_THE_WAY: Duration = Duration::from_secs(10);

/// A stroke: whose, and which of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Stroke {
    /// The person's number in the run.
    pub(crate) artist: usize,
    /// From 0, in the order in which the artist made them.
    pub(crate) number: usize,
}

/// What one member of a room made and saw.
#[derive(Debug, Default)]
pub(crate) struct Sight {
    artist: usize,
    /// When each of its own strokes was sent.
    made: Vec<Instant>,
    /// When it was in the room: from, and until; without an end it stayed until everybody left.
    stays: Vec<(Instant, Option<Instant>)>,
    /// Strokes of others in the order in which they came first.
    seen: Vec<Stroke>,
    /// The reload in which each of them came last.
    known: HashMap<Stroke, u32>,
    /// Whatever the canvas shows may be drawn anew after it was loaded.
    reloads: u32,
    doubled: u64,
    echoed: u64,
    /// Own strokes that it took back.
    undone: HashSet<Stroke>,
    /// Strokes that it was told are gone.
    gone: HashSet<Stroke>,
    /// The reload with which it came last.
    came: u32,
    /// It is shown all that there is: nobody turns to another page.
    is_of_all: bool,
}

/// What a `draw` of somebody else was to whom it came.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Seen {
    /// It came live, so long after it was sent.
    Live(Duration),
    /// It was made before the viewer came in, or it was shown before.
    Again,
}

impl Sight {
    pub(crate) fn of(artist: usize) -> Self {
        Self {
            artist,
            ..Self::default()
        }
    }

    /// Of somebody who is shown all that there is.
    pub(crate) fn of_all(artist: usize) -> Self {
        Self {
            is_of_all: true,
            ..Self::of(artist)
        }
    }

    /// The member is in the room from now on.
    pub(crate) fn comes(&mut self, now: Instant) {
        self.reloads += 1;
        self.came = self.reloads;
        self.stays.push((now, None));
    }

    /// The member's socket has ended.
    pub(crate) fn goes(&mut self, now: Instant) {
        if let Some((_, until @ None)) = self.stays.last_mut() {
            *until = Some(now);
        }
    }

    /// It makes a stroke; which one.
    pub(crate) fn makes(&mut self, now: Instant) -> Stroke {
        self.made.push(now);
        let stroke = Stroke {
            artist: self.artist,
            number: self.made.len() - 1,
        };
        // It is on the canvas: an echo would put it there twice.
        self.known.insert(stroke, self.reloads);
        stroke
    }

    /// It takes one of its strokes back.
    pub(crate) fn undoes(&mut self, stroke: Stroke) {
        self.undone.insert(stroke);
    }

    /// Its canvas is loaded: what was shown before may come again.
    pub(crate) fn reloads(&mut self) {
        self.reloads += 1;
    }

    /// A `draw` has come, of a stroke that was sent at this moment.
    pub(crate) fn sees(&mut self, stroke: Stroke, sent: Instant, now: Instant) -> Seen {
        let was_gone = self.gone.remove(&stroke);
        match self.known.insert(stroke, self.reloads) {
            Some(reload) => {
                let is_double = u64::from(reload == self.reloads && !was_gone);
                if stroke.artist == self.artist {
                    self.echoed += is_double;
                } else {
                    self.doubled += is_double;
                }
                Seen::Again
            }
            None if stroke.artist != self.artist
                && self.stays.last().is_some_and(|&(from, _)| from <= sent) =>
            {
                self.seen.push(stroke);
                Seen::Live(now.saturating_duration_since(sent))
            }
            None => Seen::Again,
        }
    }

    /// A loaded canvas shows it.
    pub(crate) fn is_shown(&mut self, stroke: Stroke) {
        self.gone.remove(&stroke);
        self.known.insert(stroke, self.reloads);
    }

    /// It is told that the stroke is gone: it may come again.
    pub(crate) fn loses(&mut self, stroke: Stroke) {
        self.gone.insert(stroke);
    }

    /// Whether it is there in the end, and does not have a stroke that was made at this moment: what is from before its
    /// last coming it must have been shown since.
    fn lacks(&self, stroke: Stroke, made: Instant) -> bool {
        let Some(&(from, None)) = self.stays.last() else {
            return false;
        };
        let since = if made < from { self.came } else { 0 };
        self.gone.contains(&stroke) || self.known.get(&stroke).is_none_or(|reload| *reload < since)
    }

    fn was_in(&self, moment: Instant) -> bool {
        self.stays.iter().any(|&(from, until)| {
            from <= moment && until.is_none_or(|until| until.saturating_duration_since(moment) >= ON_THE_WAY)
        })
    }
}

/// What came of the strokes of a room, when all of its members have left.
pub(crate) fn judge(members: &[Sight]) -> Strokes {
    let mut strokes = Strokes {
        rooms: 1,
        ..Strokes::default()
    };
    for artist in members {
        strokes.made += artist.made.len() as u64;
        for (number, &made) in artist.made.iter().enumerate() {
            let stroke = Stroke {
                artist: artist.artist,
                number,
            };
            strokes.forgotten += forgotten(members, artist, stroke, made);
            if !artist.was_in(made) {
                continue;
            }
            let viewers = members.iter().filter(|viewer| viewer.artist != artist.artist);
            for viewer in viewers.filter(|viewer| viewer.was_in(made)) {
                strokes.expected += 1;
                strokes.lost += u64::from(!viewer.known.contains_key(&stroke));
            }
        }
    }
    for (index, one) in members.iter().enumerate() {
        strokes.doubled += one.doubled;
        strokes.echoed += one.echoed;
        for other in &members[index + 1..] {
            strokes.disordered += disorder(&one.seen, &other.seen);
        }
    }
    strokes
}

/// How many of those who are there in the end lack a stroke that came to somebody else: it was in the room. (What a whole
/// drawing alone shows may be its sender's own, and never have come to the room.)
fn forgotten(members: &[Sight], artist: &Sight, stroke: Stroke, made: Instant) -> u64 {
    let mut others = members.iter().filter(|other| other.artist != artist.artist);
    let was_seen = others.any(|other| other.seen.contains(&stroke));
    if !was_seen || artist.undone.contains(&stroke) {
        return 0;
    }
    let lacking = members
        .iter()
        .filter(|member| member.is_of_all && member.lacks(stroke, made));
    lacking.count() as u64
}

/// How often what both saw came to the second in another order than to the first.
fn disorder(one: &[Stroke], other: &[Stroke]) -> u64 {
    let places: HashMap<&Stroke, usize> = one
        .iter()
        .enumerate()
        .map(|(place, stroke)| (stroke, place))
        .collect();
    let common: Vec<usize> = other
        .iter()
        .filter_map(|stroke| places.get(stroke).copied())
        .collect();
    common.windows(2).filter(|pair| pair[0] > pair[1]).count() as u64
}

/// Names of strokes as the apps give them to their items: `item_<ms>_<rand>`. Ours say when and whose.
pub(crate) fn item_id(stroke: Stroke, since_began: Duration) -> String {
    let micros = since_began.as_micros();
    format!("item_{micros}_{}x{}", stroke.artist, stroke.number)
}

/// The stroke of such a name, and when it was sent, since the run began.
pub(crate) fn parse_item_id(id: &str) -> Option<(Stroke, Duration)> {
    let (micros, rest) = id.strip_prefix("item_")?.split_once('_')?;
    let (artist, number) = rest.split_once('x')?;
    let stroke = Stroke {
        artist: artist.parse().ok()?,
        number: number.parse().ok()?,
    };
    Some((stroke, Duration::from_micros(micros.parse().ok()?)))
}

/// All such names in a text, each once.
pub(crate) fn item_ids_in(text: &str) -> HashSet<Stroke> {
    let is_of_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
    text.match_indices("item_")
        .filter_map(|(start, _)| {
            let rest = &text[start..];
            let end = rest.find(|c| !is_of_name(c)).unwrap_or(rest.len());
            parse_item_id(&rest[..end]).map(|(stroke, _)| stroke)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after(start: Instant, seconds: u64) -> Instant {
        start + Duration::from_secs(seconds)
    }

    /// Three members who are in from the beginning; the first makes so many strokes, a minute later.
    fn room(start: Instant, strokes: usize) -> [Sight; 3] {
        let mut room = [0, 1, 2].map(Sight::of);
        for member in &mut room {
            member.comes(start);
        }
        for _ in 0..strokes {
            room[0].makes(after(start, 60));
        }
        room
    }

    fn of(artist: usize, number: usize) -> Stroke {
        Stroke { artist, number }
    }

    #[test]
    fn a_room_in_which_all_is_seen_once_is_well() {
        let start = Instant::now();
        let mut room = room(start, 3);
        for viewer in &mut room[1..] {
            for number in 0..3 {
                let seen = viewer.sees(of(0, number), after(start, 60), after(start, 61));
                assert_eq!(seen, Seen::Live(Duration::from_secs(1)));
            }
        }
        let strokes = judge(&room);
        assert_eq!((strokes.made, strokes.expected), (3, 6));
        assert_eq!((strokes.lost, strokes.doubled, strokes.disordered), (0, 0, 0));
    }

    #[test]
    fn what_is_missing_comes_twice_or_in_another_order_is_counted() {
        let start = Instant::now();
        let mut room = room(start, 4);
        let moment = after(start, 60);
        for number in [0, 1, 2, 3] {
            room[1].sees(of(0, number), moment, moment);
        }
        for number in [0, 2, 1, 1] {
            room[2].sees(of(0, number), moment, moment);
        }
        let strokes = judge(&room);
        assert_eq!((strokes.lost, strokes.doubled, strokes.disordered), (1, 1, 1));
    }

    #[test]
    fn nobody_is_asked_for_what_was_made_while_they_were_away() {
        let start = Instant::now();
        let mut room = room(start, 1);
        room[1].goes(after(start, 30));
        room[1].comes(after(start, 90));
        // Gone a moment later: it may have been on the way.
        room[2].goes(after(start, 69));
        let strokes = judge(&room);
        assert_eq!((strokes.expected, strokes.lost), (0, 0));
        // What it is shown then is neither late nor double.
        assert_eq!(
            room[1].sees(of(0, 0), after(start, 60), after(start, 91)),
            Seen::Again
        );
        assert_eq!(judge(&room).doubled, 0);
    }

    #[test]
    fn what_anybody_has_seen_everybody_has_in_the_end() {
        let start = Instant::now();
        let room = || {
            let mut room = [0, 1, 2].map(Sight::of_all);
            for member in &mut room {
                member.comes(start);
            }
            room[0].makes(after(start, 60));
            room[1].sees(of(0, 0), after(start, 60), after(start, 60));
            // All are cut off at once, and come back.
            for member in &mut room {
                member.goes(after(start, 61));
                member.comes(after(start, 70));
            }
            room
        };
        let show = |room: &mut [Sight; 3], members: &[usize]| {
            for member in members {
                room[*member].sees(of(0, 0), after(start, 60), after(start, 71));
            }
        };
        let mut well = room();
        show(&mut well, &[0, 1, 2]);
        assert_eq!((judge(&well).forgotten, judge(&well).expected), (0, 0));
        // Who has drawn it is shown it, too, and who has seen it before.
        for lacking in 0..3 {
            let mut lost = room();
            let others: Vec<usize> = (0..3).filter(|member| *member != lacking).collect();
            show(&mut lost, &others);
            assert_eq!(judge(&lost).forgotten, 1, "{lacking}");
            assert!(!judge(&lost).are_well());
        }
        // Nobody lacks what was taken back, or what was never in the room; and who is away lacks nothing.
        let mut undone = room();
        undone[0].undoes(of(0, 0));
        assert_eq!(judge(&undone).forgotten, 0);
        let mut unseen = room();
        unseen[1] = Sight::of_all(1);
        assert_eq!(judge(&unseen).forgotten, 0);
        let mut away = room();
        show(&mut away, &[0, 1]);
        away[2].goes(after(start, 72));
        assert_eq!(judge(&away).forgotten, 0);
    }

    #[test]
    fn a_loaded_canvas_may_show_again_what_was_seen() {
        let start = Instant::now();
        let mut room = room(start, 2);
        let moment = after(start, 60);
        room[1].sees(of(0, 0), moment, moment);
        room[1].reloads();
        assert_eq!(room[1].sees(of(0, 0), moment, moment), Seen::Again);
        room[1].is_shown(of(0, 1));
        let strokes = judge(&room[..2]);
        assert_eq!((strokes.expected, strokes.lost, strokes.doubled), (2, 0, 0));
        room[1].sees(of(0, 0), moment, moment);
        assert_eq!(judge(&room[..2]).doubled, 1);
    }

    #[test]
    fn what_was_taken_away_may_come_again_and_is_lacked_until_then() {
        let start = Instant::now();
        let mut room = [0, 1].map(Sight::of_all);
        for member in &mut room {
            member.comes(start);
        }
        let moment = after(start, 60);
        room[0].makes(moment);
        room[1].sees(of(0, 0), moment, moment);
        room[1].loses(of(0, 0));
        assert_eq!((judge(&room).doubled, judge(&room).forgotten), (0, 1));
        room[1].sees(of(0, 0), moment, moment);
        assert_eq!((judge(&room).doubled, judge(&room).forgotten), (0, 0));
        room[1].sees(of(0, 0), moment, moment);
        assert_eq!(judge(&room).doubled, 1);
    }

    #[test]
    fn an_echo_of_ones_own_stroke_is_counted_apart() {
        let start = Instant::now();
        let mut room = room(start, 2);
        let moment = after(start, 60);
        assert_eq!(room[0].sees(of(0, 0), moment, moment), Seen::Again);
        assert_eq!((judge(&room[..1]).doubled, judge(&room[..1]).echoed), (0, 1));
        room[0].reloads();
        room[0].sees(of(0, 1), moment, moment);
        assert_eq!(judge(&room[..1]).echoed, 1);
    }

    #[test]
    fn names_of_items_say_whose_they_are_and_when() {
        let name = item_id(of(17, 4), Duration::from_micros(1_234_567));
        assert_eq!(name, "item_1234567_17x4");
        assert_eq!(
            parse_item_id(&name),
            Some((of(17, 4), Duration::from_micros(1_234_567)))
        );
        for other in ["", "item_", "item_1_2", "item_1_x2", "item_1718_k3j2xq"] {
            assert_eq!(parse_item_id(other), None, "{other}");
        }
        let text = r#"{"projectData":"[[\"Path\",{\"itemId\":\"item_5_1x2\"}],\"item_9_3x0\"]"}"#;
        assert_eq!(item_ids_in(text), HashSet::from([of(1, 2), of(3, 0)]));
    }
}
