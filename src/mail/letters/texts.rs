//! What letters say, each in English and then in Tagalog: an account does not say which of the two its owner reads, and
//! many families read both. The names of children come from strangers and are treated as such.

use super::goals::Goal;
use super::periods::Week;
use super::store::{Adult, Doings, Earned};
use crate::mail::templates::{Letter, Part, Recipient, is_web_link, shown_name};
use crate::mail::{Kind, Mail};
use crate::rewards::achievements;
use crate::wire::Timestamp;

/// Minutes that reading a story takes.
const MINUTES_A_STORY: i64 = 2;
/// What stands for a name that cannot be shown.
const NAMELESS: [&str; 2] = ["A child", "Isang bata"];

/// Where a letter leads.
#[derive(Clone, Debug, Default)]
pub(super) struct Links<'a> {
    /// The web app.
    pub(super) app: Option<&'a str>,
    /// Where such letters are switched off.
    pub(super) unsubscribe: Option<String>,
}

/// The week of some children.
pub(super) fn week(adult: &Adult, doings: &[&Doings], week: &Week, links: Links<'_>) -> Mail {
    let days = format!(
        "{} – {}",
        Timestamp(week.from).date(),
        Timestamp(week.to - 1).date()
    );
    let left = doings
        .first()
        .map_or(0, |first| first.total - doings.len() as i64);
    let (children, tagalog) = people(adult);
    let mut english = vec![
        Part::Words(format!(
            "This is what {children} did from Monday to Sunday ({days}):"
        )),
        Part::Items(lines(
            doings.iter().map(|doing| in_english(doing)),
            left,
            "and",
            "more",
        )),
    ];
    if doings.iter().all(|doing| is_quiet(doing)) {
        english.push(Part::Words(
            "A quiet week. Perhaps there is a story that you could read together?".to_owned(),
        ));
    }
    let mut in_two = vec![
        Part::Words(format!(
            "Ito ang ginawa ng {tagalog} mula Lunes hanggang Linggo ({days}):"
        )),
        Part::Items(lines(
            doings.iter().map(|doing| in_tagalog(doing)),
            left,
            "at",
            "pa",
        )),
    ];
    if doings.iter().all(|doing| is_quiet(doing)) {
        in_two.push(Part::Words(
            "Tahimik ang linggo. Baka may kuwentong mababasa ninyo nang magkasama?".to_owned(),
        ));
    }
    finish(
        adult,
        Kind::WeeklyReport,
        "The week in stories / Ang linggo sa mga kuwento",
        english,
        in_two,
        links,
    )
}

/// What some children achieved.
pub(super) fn achievements(adult: &Adult, earned: &[&Earned], links: Links<'_>) -> Mail {
    let left = earned
        .first()
        .map_or(0, |first| first.total - earned.len() as i64);
    let line = |nameless: &str, one: &Earned| {
        let name = named(&one.name, nameless);
        let known = achievements::by_id(one.achievement_id);
        known.map_or(name.clone(), |known| {
            format!("{name}: {} {}", known.icon, known.name)
        })
    };
    let (children, tagalog) = people(adult);
    let [english_name, tagalog_name] = NAMELESS;
    let english = vec![
        Part::Words(format!(
            "There is something to celebrate! New achievements of {children}:"
        )),
        Part::Items(lines(
            earned.iter().map(|one| line(english_name, one)),
            left,
            "and",
            "more",
        )),
    ];
    let in_two = vec![
        Part::Words(format!("May dapat ipagdiwang! Mga bagong tagumpay ng {tagalog}:")),
        Part::Items(lines(
            earned.iter().map(|one| line(tagalog_name, one)),
            left,
            "at",
            "pa",
        )),
    ];
    finish(
        adult,
        Kind::AchievementAlert,
        "Something to celebrate / May dapat ipagdiwang",
        english,
        in_two,
        links,
    )
}

/// A goal that a child reached.
pub(super) fn goal(adult: &Adult, child: &str, goal: Goal, links: Links<'_>) -> Mail {
    let (reached, naabot) = match goal {
        Goal::Reads => (
            "30 stories read in one month",
            "30 kuwentong nabasa sa isang buwan",
        ),
        Goal::Hours => (
            "10 hours of reading within seven days",
            "10 oras ng pagbabasa sa loob ng pitong araw",
        ),
        Goal::Stories => ("5 published stories", "5 kuwentong nailathala"),
        Goal::Achievements => ("20 achievements", "20 tagumpay"),
    };
    let [english_name, tagalog_name] = NAMELESS;
    let english = vec![
        Part::Words(format!("{} has reached a goal:", named(child, english_name))),
        Part::Items(vec![reached.to_owned()]),
        Part::Words("A word of praise from you is worth more than any badge.".to_owned()),
    ];
    let in_two = vec![
        Part::Words(format!(
            "Naabot ni {} ang isang layunin:",
            named(child, tagalog_name)
        )),
        Part::Items(vec![naabot.to_owned()]),
        Part::Words("Mas mahalaga sa anumang medalya ang papuri mo.".to_owned()),
    ];
    finish(
        adult,
        Kind::GoalAlert,
        "A goal is reached / Naabot ang isang layunin",
        english,
        in_two,
        links,
    )
}

/// Both languages, what leads on, and why somebody gets this.
fn finish(
    adult: &Adult,
    kind: Kind,
    subject: &'static str,
    english: Vec<Part>,
    tagalog: Vec<Part>,
    links: Links<'_>,
) -> Mail {
    let mut parts = english;
    let app = links.app.filter(|link| is_web_link(link)).map(str::to_owned);
    parts.extend(app.clone().map(|url| Part::Link {
        label: "Open Tinytales",
        url,
    }));
    parts.push(Part::Words(
        "You get this mail because the settings of your account say so. You can switch it off there at any time.".to_owned(),
    ));
    let unsubscribe = links.unsubscribe.filter(|link| is_web_link(link));
    parts.extend(unsubscribe.clone().map(|url| Part::Link {
        label: "No more of these mails",
        url,
    }));
    parts.push(Part::Language("tl"));
    let name = shown_name(&adult.name);
    parts.push(Part::Words(if name.is_empty() {
        "Kumusta!".to_owned()
    } else {
        format!("Kumusta, {name}!")
    }));
    parts.extend(tagalog);
    parts.extend(app.map(|url| Part::Link {
        label: "Buksan ang Tinytales",
        url,
    }));
    parts.push(Part::Words(
        "Natanggap mo ito dahil iyon ang nakatakda sa iyong account. Maaari mo itong patayin doon anumang oras.".to_owned(),
    ));
    parts.extend(unsubscribe.clone().map(|url| Part::Link {
        label: "Huwag nang padalhan nito",
        url,
    }));
    let to = Recipient {
        address: &adult.address,
        name: &adult.name,
    };
    let letter = Letter { kind, subject, parts };
    Mail {
        unsubscribe,
        ..letter.into_mail(to, None)
    }
}

/// Whose children they are, in both languages.
fn people(adult: &Adult) -> (&'static str, &'static str) {
    if adult.is_teacher {
        ("your students", "iyong mga mag-aaral")
    } else {
        ("your children", "iyong mga anak")
    }
}

fn named(name: &str, otherwise: &str) -> String {
    let name = shown_name(name);
    if name.is_empty() {
        otherwise.to_owned()
    } else {
        name
    }
}

/// Lines, and how many there would be more.
fn lines(lines: impl Iterator<Item = String>, left: i64, and: &str, more: &str) -> Vec<String> {
    let rest = (left > 0).then(|| format!("… {and} {left} {more}"));
    lines.chain(rest).collect()
}

fn is_quiet(doing: &Doings) -> bool {
    doing.read + doing.published + doing.achievements + doing.games == 0
}

/// `Mia: 3 stories read (about 6 minutes), 1 story published, 2 achievements, 1 game completed`.
fn in_english(doing: &Doings) -> String {
    let name = named(&doing.name, NAMELESS[0]);
    let some = |count: i64, one: &str, many: &str| match count {
        0 => None,
        1 => Some(format!("1 {one}")),
        count => Some(format!("{count} {many}")),
    };
    let minutes = doing.read * MINUTES_A_STORY;
    let read = some(doing.read, "story read", "stories read")
        .map(|read| format!("{read} (about {minutes} minutes)"));
    let parts = [
        read,
        some(doing.published, "story published", "stories published"),
        some(doing.achievements, "achievement", "achievements"),
        some(doing.games, "game completed", "games completed"),
    ];
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    if parts.is_empty() {
        return format!("{name}: nothing this week");
    }
    format!("{name}: {}", parts.join(", "))
}

/// The same as labels with numbers, which need no grammar.
fn in_tagalog(doing: &Doings) -> String {
    let name = named(&doing.name, NAMELESS[1]);
    let minutes = doing.read * MINUTES_A_STORY;
    let parts = [
        (doing.read > 0).then(|| format!("nabasang kuwento {} (mga {minutes} minuto)", doing.read)),
        (doing.published > 0).then(|| format!("nailathalang kuwento {}", doing.published)),
        (doing.achievements > 0).then(|| format!("tagumpay {}", doing.achievements)),
        (doing.games > 0).then(|| format!("natapos na laro {}", doing.games)),
    ];
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    if parts.is_empty() {
        return format!("{name}: wala ngayong linggo");
    }
    format!("{name}: {}", parts.join(", "))
}

#[cfg(test)]
mod tests {
    use super::super::periods;
    use super::*;

    fn adult(name: &str) -> Adult {
        Adult {
            id: 7,
            address: "ana@example.org".to_owned(),
            name: name.to_owned(),
            is_teacher: false,
        }
    }

    fn doings(name: &str, figures: [i64; 4]) -> Doings {
        let [read, published, achievements, games] = figures;
        Doings {
            adult_id: 7,
            name: name.to_owned(),
            total: 2,
            read,
            published,
            achievements,
            games,
        }
    }

    fn links() -> Links<'static> {
        Links {
            app: Some("https://app.example.org"),
            unsubscribe: Some("https://tales.example.org/account/unsubscribe/x".to_owned()),
        }
    }

    const WEDNESDAY: i64 = 1_772_600_767_123_456;

    #[test]
    fn a_week_names_every_child_in_both_languages() {
        let (mia, leo) = (doings("Mia", [3, 1, 2, 1]), doings("Leo", [0; 4]));
        let mail = week(&adult("Ana"), &[&mia, &leo], &periods::week(WEDNESDAY), links());
        for part in [
            "Hello Ana!",
            "what your children did from Monday to Sunday (2026-02-23 – 2026-03-01)",
            "* Mia: 3 stories read (about 6 minutes), 1 story published, 2 achievements, 1 game completed\n",
            "* Leo: nothing this week\n",
            "Open Tinytales: https://app.example.org\n",
            "Kumusta, Ana!",
            "ng iyong mga anak mula Lunes",
            "* Mia: nabasang kuwento 3 (mga 6 minuto), nailathalang kuwento 1, tagumpay 2, natapos na laro 1\n",
            "* Leo: wala ngayong linggo\n",
            "Huwag nang padalhan nito: https://tales.example.org/account/unsubscribe/x\n",
        ] {
            assert!(mail.text.contains(part), "{part:?} is missing in {}", mail.text);
        }
        assert!(!mail.text.contains("A quiet week"));
        assert_eq!((mail.kind, mail.code.as_deref()), (Kind::WeeklyReport, None));
        assert_eq!(
            mail.unsubscribe.as_deref(),
            Some("https://tales.example.org/account/unsubscribe/x")
        );
        assert!(mail.html.contains("<div lang=\"tl\""), "{}", mail.html);
        assert!(
            mail.html.contains("<li>Leo: nothing this week</li>"),
            "{}",
            mail.html
        );
    }

    #[test]
    fn a_quiet_week_is_told_kindly_and_what_has_no_room_is_counted() {
        let (mut mia, mut leo) = (doings("Mia", [0; 4]), doings("Leo", [0; 4]));
        (mia.total, leo.total) = (5, 5);
        let teacher = Adult {
            is_teacher: true,
            ..adult("Tom")
        };
        let mail = week(
            &teacher,
            &[&mia, &leo],
            &periods::week(WEDNESDAY),
            Links::default(),
        );
        for part in [
            "A quiet week.",
            "Tahimik ang linggo.",
            "your students",
            "* … and 3 more\n",
            "* … at 3 pa\n",
        ] {
            assert!(mail.text.contains(part), "{part:?} is missing in {}", mail.text);
        }
        assert!(!mail.text.contains("http") && mail.unsubscribe.is_none());
    }

    #[test]
    fn names_cannot_write_html_nor_be_clicked() {
        let hostile = doings("<img src=x onerror=alert(1)>", [1, 0, 0, 0]);
        let (link, none) = (
            doings("win at evil.example", [1, 0, 0, 0]),
            doings("", [1, 0, 0, 0]),
        );
        let mail = week(
            &adult("<b>Ana</b>"),
            &[&hostile, &link, &none],
            &periods::week(WEDNESDAY),
            links(),
        );
        assert!(
            !mail.html.contains("<img") && !mail.html.contains("<b>"),
            "{}",
            mail.html
        );
        assert!(
            mail.html.contains("&lt;img src=x onerror=alert(1)&gt;"),
            "{}",
            mail.html
        );
        assert!(!mail.text.contains("evil.example"), "{}", mail.text);
        assert_eq!(mail.text.matches("A child: 1 story read").count(), 2);
        assert_eq!(mail.text.matches("Isang bata: nabasang kuwento 1").count(), 2);
        let line = goal(&adult("Ana"), "Mia\r\nBcc: all@example.org", Goal::Hours, links());
        assert!(!line.text.contains("\nBcc"), "{}", line.text);
    }

    #[test]
    fn achievements_and_goals_are_named() {
        let known = achievements::ALL.first().unwrap();
        let earned = Earned {
            adult_id: 7,
            name: "Mia".to_owned(),
            achievement_id: known.id,
            total: 1,
        };
        let mail = achievements(&adult("Ana"), &[&earned], links());
        let line = format!("* Mia: {} {}\n", known.icon, known.name);
        assert_eq!(mail.text.matches(&line).count(), 2, "{}", mail.text);
        for reached in Goal::ALL {
            let mail = goal(&adult("Ana"), "Mia", reached, links());
            assert!(mail.text.contains("Mia has reached a goal:") && mail.text.contains("Naabot ni Mia"));
            assert_eq!(mail.kind, Kind::GoalAlert);
        }
    }
}
