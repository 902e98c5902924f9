//! What is told of rewards: stored notifications inside the transaction, events after it.

use database::{Conn, Error};
use serde_json::{Value, json};

use super::awarding::Earned;
use super::catalogue::{self, Border};
use super::rules::{self, XP_PER_LEVEL};
use crate::app::App;
use crate::live::notify;
use crate::notifications::events::{LevelUp, Stored, UnlockedItem, XpGained};
use crate::notifications::shapes::NotificationShape;
use crate::notifications::store::{self as notifications, Notice, Notification};

/// How the apps show a border in a list of things.
const FRAME: &str = "🖼️";

/// What the levels after one and up to another unlock.
struct Unlocks {
    avatars: Vec<&'static str>,
    borders: Vec<&'static Border>,
}

impl Unlocks {
    fn between(before: i64, after: i64) -> Self {
        let is_new = |level: i64| before < level && level <= after;
        Self {
            avatars: catalogue::avatars()
                .filter(|(level, _)| is_new(*level))
                .map(|(_, avatar)| avatar)
                .collect(),
            borders: catalogue::borders()
                .filter(|(level, _)| is_new(*level))
                .map(|(_, border)| border)
                .collect(),
        }
    }

    fn of(earned: &Earned) -> Self {
        Self::between(rules::level(earned.xp_before), earned.level())
    }

    fn is_empty(&self) -> bool {
        self.avatars.is_empty() && self.borders.is_empty()
    }

    fn data(&self) -> Value {
        if self.is_empty() {
            return json!({});
        }
        json!({"avatars": self.avatars, "borders": self.borders})
    }

    fn items(&self) -> Vec<UnlockedItem> {
        let avatars = self.avatars.iter().map(|avatar| UnlockedItem {
            kind: "avatar",
            name: (*avatar).to_owned(),
            emoji: (*avatar).to_owned(),
            gradient: None,
        });
        let borders = self.borders.iter().map(|border| UnlockedItem {
            kind: "border",
            name: border.name.to_owned(),
            emoji: FRAME.to_owned(),
            gradient: border.gradient.map(str::to_owned),
        });
        avatars.chain(borders).collect()
    }

    /// `4 new avatars and 1 new border`.
    fn in_words(&self) -> String {
        let some = |count: usize, thing: &str| {
            let plural = if count == 1 { "" } else { "s" };
            (count > 0).then(|| format!("{count} new {thing}{plural}"))
        };
        let parts = [
            some(self.avatars.len(), "avatar"),
            some(self.borders.len(), "border"),
        ];
        parts.into_iter().flatten().collect::<Vec<_>>().join(" and ")
    }
}

/// Stores what somebody is told of later, unless they do not want to be. One query, none when there is nothing to tell.
pub(super) fn store(conn: &mut Conn<'_>, earned: &Earned, now: i64) -> Result<Vec<Notification>, Error> {
    let level = earned.has_new_level().then(|| level_notice(earned));
    let achievements = earned.achievements().map(|achievement| Notice {
        title: format!("{} {}", achievement.icon, achievement.name),
        message: format!("You earned an achievement: {}", achievement.description),
        data: json!({
            "achievement_id": achievement.id,
            "achievement_name": achievement.name,
            "achievement_icon": achievement.icon,
            "achievement_rarity": achievement.rarity.key(),
            "xp_earned": achievement.rarity.xp(),
        }),
    });
    let notices: Vec<Notice> = level.into_iter().chain(achievements).collect();
    notifications::insert_alerts(conn, earned.user_id, &notices, now)
}

fn level_notice(earned: &Earned) -> Notice {
    let (level, unlocks) = (earned.level(), Unlocks::of(earned));
    let message = if unlocks.is_empty() {
        format!("You are at level {level} now. On you go!")
    } else {
        format!("You are at level {level} now, with {}.", unlocks.in_words())
    };
    Notice {
        title: format!("Level {level}!"),
        message,
        data: json!({"level": level, "type": "level_up", "new_unlocks": unlocks.data()}),
    }
}

impl Earned {
    /// Tells somebody who is online what they got, and has their place on the board looked after. After the commit.
    pub fn announce(self, app: &App) {
        if self.may_have_climbed {
            app.climbers.note(self.user_id);
        }
        let mut total = self.xp_before;
        for entry in self.entries.iter().filter(|entry| entry.xp > 0) {
            total += entry.xp;
            if entry.action.is_announced() {
                let event = XpGained {
                    xp_amount: entry.xp,
                    action: entry.action.key(),
                    total_xp: total,
                    level: rules::level(total),
                    current_level_xp: total % XP_PER_LEVEL,
                    next_level_xp: XP_PER_LEVEL,
                };
                notify(app, self.user_id, &event);
            }
        }
        if self.has_new_level() {
            let event = LevelUp {
                new_level: self.level(),
                total_xp: self.xp,
                unlocked_items: Unlocks::of(&self).items(),
            };
            notify(app, self.user_id, &event);
        }
        for stored in self.notifications {
            let notification = NotificationShape::from(stored);
            notify(app, self.user_id, &Stored { notification });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_jump_unlocks_what_all_its_levels_do() {
        let unlocks = Unlocks::between(2, 5);
        assert_eq!(unlocks.in_words(), "8 new avatars and 2 new borders");
        assert_eq!(Unlocks::between(7, 8).in_words(), "4 new avatars");
        assert!(Unlocks::between(1, 2).is_empty());
        assert_eq!(Unlocks::between(1, 2).data(), json!({}));
        let borders = json!([{"id": "bronze", "name": "Bronze", "style": "solid", "color": "#CD7F32"}]);
        assert_eq!(
            Unlocks::between(2, 3).data(),
            json!({"avatars": ["🦄", "🐉", "🌟", "🎪"], "borders": borders})
        );
    }
}
