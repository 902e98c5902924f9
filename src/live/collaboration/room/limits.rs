//! How fast one socket may talk: token buckets, one for each kind of message.

use std::time::{Duration, Instant};

use super::message::Inbound;

/// How long a message that counts is made to wait before it is refused.
pub const LONGEST_DELAY: Duration = Duration::from_secs(1);

/// Kinds of messages that are counted together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pace {
    /// Strokes.
    Draw,
    /// Parts of strokes.
    Batch,
    /// Pointers.
    Cursor,
    /// What somebody is doing.
    Presence,
    /// Titles, which come with every key.
    Title,
    /// Texts.
    Text,
    /// Pages that are added and deleted.
    Page,
    /// Whole drawings that nobody asked for.
    State,
    /// Wishes for a whole drawing.
    Sync,
    /// Questions who is where.
    Viewers,
    /// Long messages, whatever they say.
    Long,
    /// Everything else.
    Other,
}

const PACES: usize = Pace::Other as usize + 1;

impl Pace {
    /// How a message is counted.
    pub fn of(message: &Inbound<'_>) -> Self {
        match message {
            Inbound::Draw { .. } => Self::Draw,
            Inbound::DrawBatch { .. } => Self::Batch,
            Inbound::Cursor { .. } => Self::Cursor,
            Inbound::PresenceUpdate(_) => Self::Presence,
            Inbound::TitleEdit { .. } => Self::Title,
            Inbound::TextEdit { .. } => Self::Text,
            Inbound::AddPage { .. } | Inbound::DeletePage { .. } => Self::Page,
            Inbound::CanvasState { .. } => Self::State,
            Inbound::RequestSync { .. } => Self::Sync,
            Inbound::GetPageViewers => Self::Viewers,
            _ => Self::Other,
        }
    }

    /// Messages a second.
    fn rate(self) -> f64 {
        match self {
            Self::Draw | Self::Batch => 60.0,
            Self::Cursor | Self::Presence => 40.0,
            Self::Title => 20.0,
            Self::Text | Self::Page | Self::Other => 5.0,
            Self::State => 0.5,
            Self::Sync => 1.0,
            Self::Viewers | Self::Long => 2.0,
        }
    }

    /// Messages at once: a second's worth, and never less than two.
    fn burst(self) -> f64 {
        self.rate().max(2.0)
    }

    /// Whether what is too much is dropped without a word.
    pub fn is_ephemeral(self) -> bool {
        matches!(
            self,
            Self::Batch | Self::Cursor | Self::Presence | Self::State | Self::Viewers
        )
    }
}

/// The buckets of one socket.
#[derive(Debug)]
pub struct Buckets {
    left: [f64; PACES],
    since: Instant,
}

impl Buckets {
    /// Full ones.
    pub fn new(now: Instant) -> Self {
        let mut left = [0.0; PACES];
        for pace in ALL {
            left[pace as usize] = pace.burst();
        }
        Self { left, since: now }
    }

    /// Takes one. Otherwise how long to wait until there is one.
    pub fn take(&mut self, pace: Pace, now: Instant) -> Result<(), Duration> {
        let passed = now.saturating_duration_since(self.since).as_secs_f64();
        self.since = now;
        for pace in ALL {
            let left = &mut self.left[pace as usize];
            *left = (*left + passed * pace.rate()).min(pace.burst());
        }
        let left = &mut self.left[pace as usize];
        if *left >= 1.0 {
            *left -= 1.0;
            return Ok(());
        }
        Err(Duration::from_secs_f64((1.0 - *left) / pace.rate()))
    }
}

const ALL: [Pace; PACES] = [
    Pace::Draw,
    Pace::Batch,
    Pace::Cursor,
    Pace::Presence,
    Pace::Title,
    Pace::Text,
    Pace::Page,
    Pace::State,
    Pace::Sync,
    Pace::Viewers,
    Pace::Long,
    Pace::Other,
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_has_its_pace() {
        let start = Instant::now();
        let mut buckets = Buckets::new(start);
        let taken = |buckets: &mut Buckets, pace, at| {
            (0..1000).take_while(|_| buckets.take(pace, at).is_ok()).count()
        };
        for (pace, burst) in [
            (Pace::Draw, 60),
            (Pace::Cursor, 40),
            (Pace::Text, 5),
            (Pace::State, 2),
            (Pace::Sync, 2),
        ] {
            assert_eq!(taken(&mut buckets, pace, start), burst, "{pace:?}");
        }
        let later = start + Duration::from_secs(2);
        for (pace, again) in [(Pace::Draw, 60), (Pace::State, 1), (Pace::Sync, 2)] {
            assert_eq!(taken(&mut buckets, pace, later), again, "{pace:?}");
        }
        let wait = buckets.take(Pace::Draw, later).unwrap_err();
        assert!(wait <= Duration::from_millis(17), "{wait:?}");
    }

    #[test]
    fn every_pace_is_listed_at_its_place() {
        for (at, pace) in ALL.into_iter().enumerate() {
            assert_eq!(pace as usize, at);
        }
    }
}
