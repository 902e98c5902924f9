//! What a child does next, from its seed: mostly it draws.

use std::time::Duration;

use tokio::time::Instant;

/// How often an app sends what the pen and the cursor did.
pub(super) const BEAT: Duration = Duration::from_millis(50);
/// How long a text rests before it goes out.
pub(super) const TEXT_RESTS: Duration = Duration::from_millis(600);
/// Between two keys.
const KEY: Duration = Duration::from_millis(250);
/// The pen is up for 1.5 s in the mean, and down for 1 s.
const UP: (f64, f64) = (0.8, 2.2);
const DOWN: (f64, f64) = (0.6, 1.4);

/// What somebody decides when the pen is up. In a minute of 24 decisions, 20 are strokes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Decision {
    Stroke,
    Undo,
    Text,
    TurnPage,
    /// Only the host does, so that not all of a room do at once.
    AddPage,
    LoseNetwork,
}

/// What it is at.
#[derive(Clone, Debug)]
pub(super) enum Doing {
    Resting,
    Stroke {
        until: Instant,
    },
    /// Keys that are still to be struck; then the text rests and goes out.
    Typing {
        keys: u32,
    },
}

/// A child's script.
#[derive(Debug)]
pub(super) struct Script {
    rng: fastrand::Rng,
    pace: f64,
    /// When it does the next thing.
    pub(super) due: Instant,
    pub(super) doing: Doing,
}

impl Script {
    pub(super) fn new(rng: fastrand::Rng, pace: f64) -> Self {
        let mut script = Self {
            rng,
            pace,
            due: Instant::now(),
            doing: Doing::Resting,
        };
        script.rest();
        script
    }

    /// What it does now that it has rested.
    pub(super) fn decide(&mut self) -> Decision {
        match self.rng.u32(..240) {
            0..16 => Decision::Undo,
            16..26 => Decision::Text,
            26..34 => Decision::TurnPage,
            34..36 => Decision::AddPage,
            36..40 => Decision::LoseNetwork,
            _ => Decision::Stroke,
        }
    }

    pub(super) fn rest(&mut self) {
        self.doing = Doing::Resting;
        self.due = Instant::now() + self.between(UP);
    }

    pub(super) fn puts_pen_down(&mut self) {
        let until = Instant::now() + self.between(DOWN);
        self.doing = Doing::Stroke { until };
        self.due = Instant::now() + self.paced(BEAT);
    }

    pub(super) fn begins_to_type(&mut self) {
        let keys = self.rng.u32(4..20);
        self.doing = Doing::Typing { keys };
        self.due = Instant::now() + self.paced(KEY);
    }

    /// One key less; the text goes out when it has rested.
    pub(super) fn types(&mut self, keys: u32) {
        let wait = if keys == 0 { TEXT_RESTS } else { KEY };
        self.doing = Doing::Typing {
            keys: keys.saturating_sub(1),
        };
        self.due = Instant::now() + self.paced(wait);
    }

    /// The next beat; beats that were missed are left out, as a browser's timer does it.
    pub(super) fn beats(&mut self) {
        self.due = (self.due + self.paced(BEAT)).max(Instant::now());
    }

    pub(super) fn below(&mut self, number: usize) -> usize {
        self.rng.usize(..number.max(1))
    }

    /// The next point of a line, within the canvas of 500 × 500.
    pub(super) fn step(&mut self, from: (f64, f64)) -> (f64, f64) {
        let mut moved = |at: f64| {
            let at = (at + self.rng.f64() * 12.0 - 6.0).clamp(0.0, 500.0);
            (at * 10.0).round() / 10.0
        };
        (moved(from.0), moved(from.1))
    }

    fn between(&mut self, (least, most): (f64, f64)) -> Duration {
        let drawn = least + (most - least) * self.rng.f64();
        self.paced(Duration::from_secs_f64(drawn))
    }

    fn paced(&self, time: Duration) -> Duration {
        time.div_f64(self.pace)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pen_is_down_for_two_fifths_of_the_time() {
        let mut script = Script::new(fastrand::Rng::with_seed(7), 1.0);
        let mut mean = |range| {
            let all: f64 = (0..2_000).map(|_| script.between(range).as_secs_f64()).sum();
            all / 2_000.0
        };
        let (up, down) = (mean(UP), mean(DOWN));
        assert!((down / (up + down) - 0.4).abs() < 0.02, "{up} {down}");
        assert!((1.0 / (up + down) - 0.4).abs() < 0.02, "{up} {down}");
    }

    #[test]
    fn decisions_are_strokes_above_all_and_nothing_is_left_out() {
        let mut script = Script::new(fastrand::Rng::with_seed(7), 1.0);
        let all: Vec<Decision> = (0..5_000).map(|_| script.decide()).collect();
        let count = |wanted| all.iter().filter(|decision| **decision == wanted).count();
        assert!(count(Decision::Stroke) > 3_900, "{}", count(Decision::Stroke));
        for decision in [
            Decision::Undo,
            Decision::Text,
            Decision::TurnPage,
            Decision::AddPage,
            Decision::LoseNetwork,
        ] {
            assert!(count(decision) > 10, "{decision:?}");
        }
    }
}
