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

#[test]
fn the_longest_idle_one_makes_room() {
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

#[test]
fn busy_ones_are_never_asked_and_make_room_when_they_are_idle() {
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

#[test]
fn who_hoards_gives_up_first() {
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

#[test]
fn an_address_has_its_bound() {
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

#[test]
fn crowded_is_before_full() {
    let connections = Connections::new(8, 8);
    let mut places: Vec<Place> = (0..5).map(|_| connections.enter(address(1)).unwrap()).collect();
    assert!(!connections.is_crowded());
    places.push(connections.enter(address(1)).unwrap());
    assert!(connections.is_crowded() && connections.len() == 6);
}
