//! The console in a real browser: signs in through the form and looks at the page as a phone and a laptop show it.

use std::fs;
use std::path::Path;

use database::Conn;
use serde_json::json;
use tinytales::clock::{HOUR, MINUTE};
use tinytales::ops::history::{Minute, store};

use crate::support::{Browser, PASSWORD, World};

/// A day as a class has it: quiet at night, busy in the morning, one bad quarter of an hour, one restart without a word.
pub fn fill(world: &World) {
    const MIB: f64 = 1_048_576.0;
    let now = world.app.clock.now();
    let minutes = move |conn: &mut Conn<'_>| {
        for ago in (1..1_430_i64).filter(|ago| !(200..206).contains(ago)) {
            let turn = ago as f64 / 60.0;
            let busy = (1.2 - (turn - 3.0).abs() / 2.5).max(0.03);
            let wave = 1.0 + 0.25 * (ago as f64 / 3.0).sin() + 0.1 * (ago as f64 * 1.7).cos();
            let is_bad = (60..75).contains(&ago);
            let memory = 14.0 + 60.0 * busy * wave + if is_bad { 340.0 } else { 0.0 };
            let time = |factor: f64| {
                Some(whole(
                    factor * 1_000.0 * wave * if is_bad { 9.0 } else { 1.0 + busy },
                ))
            };
            let minute = Minute {
                at: now - ago * MINUTE,
                resident: whole(memory * MIB),
                cgroup: Some(whole((memory + 6.0) * MIB)),
                people: whole(28.0 * busy * wave),
                requests: whole(900.0 * busy * wave),
                p50: time(3.0),
                p95: time(28.0),
                p99: time(if is_bad { 130.0 } else { 60.0 }),
                errors: i64::from(ago == 66),
                refusals: if is_bad { 90 } else { 0 },
            };
            store::note(conn, &minute)?;
        }
        store::add_bytes(conn, "2026-03", 1_700 << 20)?;
        conn.execute(
            "INSERT INTO ops_runs (version, started_at, last_alive, peak, memory_limit) VALUES ('0.1.0', $1, $2, $3, $4)",
            &[&(now - 30 * HOUR), &(now - 206 * MINUTE), &(496_i64 << 20), &(512_i64 << 20)],
        )?;
        conn.execute(
            "UPDATE ops_runs SET started_at = $1 WHERE started_at = $2",
            &[&(now - 200 * MINUTE), &now],
        )
    };
    world.sql(minutes);
    for _ in 0..20 {
        world.guest().get("/api/").ok();
    }
    world.app.log.answered("GET", "/api/stories/{id}/", 200, 812);
    world.app.log.answered("POST", "/api/auth/login/", 503, 2);
    world.app.log.flush();
}

#[expect(clippy::cast_possible_truncation, reason = "figures of a picture")]
fn whole(number: f64) -> i64 {
    number as i64
}

#[test]
fn the_console_is_pleasant_on_a_phone_and_a_laptop() {
    let Some(mut browser) = Browser::start() else {
        return;
    };
    let world = World::with(|config| {
        config.memory_limit = Some(512 << 20);
        config.database_size_limit = Some(1 << 30);
    });
    world.admin("Ada");
    fill(&world);
    let console = format!("http://{}/ops", world.address);

    browser.look(360, 740, false);
    browser.go(&console);
    keep("sign-in-360-light", &browser.screenshot());
    browser.run("document.getElementById('email').value = 'ada@example.org'");
    browser.run(&format!(
        "document.getElementById('password').value = '{PASSWORD}'"
    ));
    browser.follow("document.querySelector('form').requestSubmit()");
    assert_eq!(browser.run("location.pathname"), "/ops");

    for (width, height) in [(360, 740), (1280, 800)] {
        for is_dark in [false, true] {
            browser.look(width, height, is_dark);
            for hours in [6, 24] {
                browser.go(&format!("{console}?hours={hours}"));
                examine(&mut browser, width);
                let scheme = if is_dark { "dark" } else { "light" };
                keep(
                    &format!("console-{hours}h-{width}-{scheme}"),
                    &browser.screenshot(),
                );
            }
        }
    }
    assert!(browser.complaints.is_empty(), "{:#?}", browser.complaints);
}

/// Nothing sticks out, and the curves are there to be seen.
#[track_caller]
fn examine(browser: &mut Browser, width: u32) {
    let overflow = browser.run("document.documentElement.scrollWidth");
    assert!(
        overflow.as_u64() <= Some(u64::from(width)),
        "{overflow} wide at {width}"
    );
    let curves = browser.run(
        "[...document.querySelectorAll('figure.chart > svg')].map(chart => {
            const box = chart.getBoundingClientRect();
            const curve = chart.querySelector('path.curve').getBoundingClientRect();
            const colour = getComputedStyle(chart.querySelector('path.curve')).stroke;
            return box.width > 250 && box.height > 100 && curve.width > box.width / 2 && colour !== 'none';
        })",
    );
    assert_eq!(curves, json!([true, true, true, true]));
    let small = browser.run(
        "[...document.querySelectorAll('a, button, summary')].map(e => e.getBoundingClientRect())
            .filter(box => box.height > 0 && box.height < 20).length",
    );
    let bytes = browser.run("fetch(location).then(page => page.text()).then(text => text.length)");
    assert!(bytes.as_u64() < Some(60_000), "{bytes} bytes");
    assert_eq!(small, 0, "everything can be hit with a finger");
}

#[test]
fn the_panel_is_fetched_anew_and_keeps_what_was_open() {
    let Some(mut browser) = Browser::start() else {
        return;
    };
    let world = World::new();
    let ada = world.admin("Ada");
    browser.look(1280, 800, false);
    browser.go(&format!("http://{}/ops", world.address));
    browser.run(&format!(
        "document.getElementById('email').value = '{}'; document.getElementById('password').value = '{PASSWORD}'",
        ada.email()
    ));
    browser.follow("document.querySelector('form').requestSubmit()");
    let script = "document.getElementById('in-figures').open = true;
        document.getElementById('log-button').focus();
        const before = document.getElementById('panel').firstElementChild;
        document.dispatchEvent(new Event('visibilitychange'));
        new Promise(resolve => {
            const look = () => before.isConnected ? setTimeout(look, 10)
                : resolve([document.getElementById('in-figures').open, document.activeElement.id]);
            look();
        })";
    assert_eq!(browser.run(script), json!([true, "log-button"]));
    keep("console-young-1280-light", &browser.screenshot());
    assert!(browser.complaints.is_empty(), "{:#?}", browser.complaints);
}

/// Leaves a picture for people where the build leaves its files: `target/tmp/console/`.
fn keep(name: &str, png: &[u8]) {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("console");
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join(format!("{name}.png")), png).unwrap();
}
