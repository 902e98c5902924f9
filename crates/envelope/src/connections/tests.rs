use std::future::Future;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use super::*;

fn address(number: u8) -> IpAddr {
    IpAddr::from([127, 0, 0, number])
}

fn poll<F: Future>(future: std::pin::Pin<&mut F>) -> Poll<F::Output> {
    future.poll(&mut Context::from_waker(Waker::noop()))
}

/// Whether a connection was asked to end since this was last asked.
fn is_asked(place: &Place) -> bool {
    poll(pin!(place.closing())).is_ready()
}

fn asked(places: &[Place]) -> Vec<usize> {
    (0..places.len())
        .filter(|number| is_asked(&places[*number]))
        .collect()
}

#[tokio::test(start_paused = true)]
async fn the_longest_idle_one_makes_room() {
    let connections = Connections::new(3, 3);
    let mut places: Vec<Place> = (0..3).map(|_| connections.enter(address(1)).unwrap()).collect();
    drop(places[0].begin());
    drop(places[1].begin());
    drop(places[0].begin());
    // The third never asked for anything: it goes first.
    let mut waits = pin!(connections.room());
    assert!(poll(waits.as_mut()).is_pending());
    assert_eq!(asked(&places), [2]);
    drop(places.pop());
    assert!(poll(waits.as_mut()).is_ready());

    // Of the others the one that was served longest ago.
    places.push(connections.enter(address(1)).unwrap());
    drop(places[2].begin());
    let mut waits = pin!(connections.room());
    assert!(poll(waits.as_mut()).is_pending());
    assert_eq!(asked(&places), [1]);
    assert!(
        poll(waits.as_mut()).is_pending(),
        "nobody else is asked meanwhile"
    );
    assert_eq!(asked(&places), [] as [usize; 0]);
}

#[tokio::test(start_paused = true)]
async fn busy_ones_are_never_asked_and_make_room_when_they_are_idle() {
    let connections = Connections::new(2, 2);
    let places: Vec<Place> = (0..2).map(|_| connections.enter(address(1)).unwrap()).collect();
    let busy: Vec<Busy> = places.iter().map(Place::begin).collect();
    assert_eq!(connections.busy(), 2);
    let mut waits = pin!(connections.room());
    assert!(poll(waits.as_mut()).is_pending());
    assert_eq!(asked(&places), [] as [usize; 0]);
    assert_eq!(connections.close_idlest(10), 0);

    drop(busy);
    assert!(poll(waits.as_mut()).is_pending());
    assert_eq!(asked(&places).len(), 1);
    drop(places);
    assert!(poll(waits.as_mut()).is_ready());
    assert!(connections.is_empty() && connections.busy() == 0);
}

#[tokio::test(start_paused = true)]
async fn who_hoards_gives_up_first() {
    let connections = Connections::new(32, 32);
    let mut places = vec![connections.enter(address(1)).unwrap()];
    places.extend((0..31).map(|_| connections.enter(address(2)).unwrap()));
    for place in &places[1..] {
        drop(place.begin());
    }
    assert_eq!(connections.close_idlest(4), 4);
    assert_eq!(
        asked(&places),
        [1, 2, 3, 4],
        "though the first one never asked for anything"
    );
}

#[tokio::test(start_paused = true)]
async fn an_address_has_its_bound() {
    let connections = Connections::new(8, 2);
    let first = connections.enter(address(1)).unwrap();
    let second = connections.enter(address(1)).unwrap();
    let _busy = second.begin();
    let third = connections.enter(address(1)).unwrap();
    assert!(is_asked(&first) && !is_asked(&second));
    let _busy = third.begin();
    assert!(connections.enter(address(1)).is_none(), "all of them are busy");
    assert!(connections.enter(address(2)).is_some());
    drop((first, second));
    assert!(connections.enter(address(1)).is_some());
}

#[tokio::test(start_paused = true)]
async fn crowded_is_before_full() {
    let connections = Connections::new(8, 8);
    let mut places: Vec<Place> = (0..5).map(|_| connections.enter(address(1)).unwrap()).collect();
    assert!(!connections.is_crowded());
    places.push(connections.enter(address(1)).unwrap());
    assert!(connections.is_crowded() && connections.len() == 6);
}

#[tokio::test(start_paused = true)]
async fn stalled_requests_make_room() {
    let second = Duration::from_secs(1);
    let connections = Connections::new(2, 2);
    let places: Vec<Place> = (0..2).map(|_| connections.enter(address(1)).unwrap()).collect();
    let busy: Vec<Busy> = places.iter().map(Place::begin).collect();
    places[1].arrival().waits(Instant::now() + second);
    let mut waits = pin!(connections.room());
    assert!(poll(waits.as_mut()).is_pending());
    assert_eq!(asked(&places), [] as [usize; 0], "it may come yet");
    assert_eq!(connections.busy(), 2);

    // Nothing happens but that time passes.
    timeout(second, waits.as_mut()).await.unwrap_err();
    timeout(LOOK, waits.as_mut()).await.unwrap_err();
    assert_eq!(asked(&places), [1]);
    assert!(places[1].is_given_up() && !places[0].is_given_up());
    drop((busy, places));
    waits.await;
    assert!(connections.is_empty() && connections.busy() == 0);
}

#[tokio::test(start_paused = true)]
async fn a_request_that_goes_on_is_kept() {
    let connections = Connections::new(1, 1);
    let place = connections.enter(address(1)).unwrap();
    let busy = place.begin();
    let arrival = place.arrival();
    arrival.waits(Instant::now());
    assert_eq!(connections.close_idlest(1), 1);
    assert!(place.is_given_up());
    arrival.goes_on();
    assert!(!place.is_given_up(), "it came in the same moment");
    assert_eq!(connections.close_idlest(1), 0);
    // And is asked again when it stalls again.
    assert!(is_asked(&place));
    arrival.waits(Instant::now());
    assert_eq!(connections.close_idlest(1), 1);
    assert!(is_asked(&place) && place.is_given_up());

    // What is drained after the answer does not make the connection busy.
    drop(busy);
    arrival.waits(Instant::now());
    arrival.goes_on();
    assert!(!place.is_busy() && connections.busy() == 0);
}

#[tokio::test(start_paused = true)]
async fn many_stalled_requests_go_before_everybody_and_a_few_after() {
    let connections = Connections::new(32, 32);
    let places: Vec<Place> = (0..8)
        .map(|number| connections.enter(address(number)).unwrap())
        .collect();
    // The first was served and is idle; the second never asked; the others wait, the last one for longest.
    drop(places[0].begin());
    let busy: Vec<Busy> = places[2..].iter().map(Place::begin).collect();
    for place in places[4..].iter().rev() {
        place.arrival().waits(Instant::now());
    }
    assert_eq!(connections.close_idlest(1), 1);
    assert_eq!(asked(&places), [7]);
    assert_eq!(connections.close_idlest(1), 1);
    assert_eq!(asked(&places), [6]);

    // What has gone on is no siege any more: those who are not in the middle of something go first.
    for place in &places[5..] {
        place.arrival().goes_on();
    }
    assert_eq!(connections.close_idlest(1), 1);
    assert_eq!(asked(&places), [1]);
    assert_eq!(connections.close_idlest(1), 1);
    assert_eq!(asked(&places), [0]);
    assert_eq!(connections.close_idlest(9), 1);
    assert_eq!(asked(&places), [4]);
    drop(busy);
}

#[tokio::test(start_paused = true)]
async fn who_is_asked_and_gets_busy_does_not_keep_others_from_being_asked() {
    let connections = Connections::new(2, 2);
    let places: Vec<Place> = (0..2).map(|_| connections.enter(address(1)).unwrap()).collect();
    let mut waits = pin!(connections.room());
    assert!(poll(waits.as_mut()).is_pending());
    assert_eq!(asked(&places), [0]);
    // A long upload begins in that moment.
    let _busy = places[0].begin();
    assert!(poll(waits.as_mut()).is_pending());
    assert_eq!(asked(&places), [1]);
}

#[tokio::test(start_paused = true)]
async fn idle_ones_are_spared_while_most_wait_and_may_stall() {
    let connections = Connections::new(4, 4);
    let places: Vec<Place> = (0..4).map(|_| connections.enter(address(1)).unwrap()).collect();
    drop(places[0].begin());
    let busy: Vec<Busy> = places[1..].iter().map(Place::begin).collect();
    for place in &places[1..] {
        place.arrival().waits(Instant::now() + Duration::from_secs(1));
    }
    timeout(Duration::from_millis(900), connections.room())
        .await
        .unwrap_err();
    assert_eq!(asked(&places), [] as [usize; 0]);
    timeout(Duration::from_millis(200), connections.room())
        .await
        .unwrap_err();
    assert_eq!(asked(&places), [1]);

    // All of them go on: then an idle one it is, though a little later.
    for place in &places[1..] {
        place.arrival().waits(Instant::now() + Duration::from_secs(60));
        place.arrival().goes_on();
        place.arrival().waits(Instant::now() + Duration::from_secs(60));
    }
    timeout(SPARED + LOOK, connections.room()).await.unwrap_err();
    assert_eq!(asked(&places), [0]);
    drop(busy);
}
