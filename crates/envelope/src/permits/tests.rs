use std::future::Future;
use std::pin::{Pin, pin};
use std::task::{Context, Poll, Waker};

use proptest::prelude::*;

use super::*;

const PATIENCE: Duration = Duration::from_secs(3);
const BUSY: Error = Error::Busy(Refused {
    expected_wait: PATIENCE,
});

/// So many KiB, eight waiters.
fn room(kib: u64) -> Bytes {
    Bytes::new(kib * KIB, 8, PATIENCE)
}

fn poll<F: Future>(future: Pin<&mut F>) -> Poll<F::Output> {
    future.poll(&mut Context::from_waker(Waker::noop()))
}

async fn take(room: &Bytes, kib: u64) -> BytesPermit {
    room.take(kib * KIB).await.unwrap()
}

async fn refusal(room: &Bytes, kib: u64) -> Option<Error> {
    room.take(kib * KIB).await.err()
}

#[tokio::test(start_paused = true)]
async fn a_permit_comes_back_when_it_is_dropped() {
    let room = room(10);
    let permit = take(&room, 7).await;
    assert_eq!(
        (permit.bytes(), room.free(), room.total()),
        (7 * KIB, 3 * KIB, 10 * KIB)
    );
    drop(permit);
    assert_eq!(room.free(), 10 * KIB);
}

#[tokio::test(start_paused = true)]
async fn bytes_are_rounded_up_to_kib() {
    let room = room(10);
    let _one = room.take(1).await.unwrap();
    assert_eq!(room.free(), 9 * KIB);
    let _none = room.take(0).await.unwrap();
    assert_eq!(room.free(), 9 * KIB);
}

#[tokio::test(start_paused = true)]
async fn more_than_all_is_refused_at_once() {
    let room = room(10);
    assert_eq!(refusal(&room, 11).await, Some(Error::TooLarge));
    assert_eq!(room.take(u64::MAX).await.err(), Some(Error::TooLarge));
    assert_eq!(refusal(&room, 10).await, None);
}

#[tokio::test(start_paused = true)]
async fn takers_are_served_in_their_order() {
    let room = room(10);
    let first = take(&room, 8).await;
    let mut large = pin!(room.take(9 * KIB));
    let mut small = pin!(room.take(KIB));
    assert!(poll(large.as_mut()).is_pending());
    assert!(
        poll(small.as_mut()).is_pending(),
        "2 KiB are free, but the large one came first"
    );

    drop(first);
    let large = large.await.unwrap();
    assert!(small.await.is_ok());
    drop(large);
}

#[tokio::test(start_paused = true)]
async fn the_wait_is_bounded_in_time() {
    let room = room(10);
    let _all = take(&room, 10).await;
    let began = tokio::time::Instant::now();
    assert_eq!(refusal(&room, 1).await, Some(BUSY));
    assert_eq!(began.elapsed(), PATIENCE);
}

#[tokio::test(start_paused = true)]
async fn the_wait_is_bounded_in_number() {
    let room = Bytes::new(10 * KIB, 2, PATIENCE);
    let all = take(&room, 10).await;
    let mut waiting: Vec<_> = (0..2).map(|_| Box::pin(room.take(KIB))).collect();
    for taker in &mut waiting {
        assert!(poll(taker.as_mut()).is_pending());
    }

    let mut third = pin!(room.take(KIB));
    assert!(matches!(poll(third.as_mut()), Poll::Ready(Err(BUSY))));

    // One that leaves makes room for another.
    waiting.pop();
    let mut fourth = pin!(room.take(KIB));
    assert!(poll(fourth.as_mut()).is_pending());
    drop(all);
    assert!(waiting.remove(0).await.is_ok());
    assert!(fourth.await.is_ok());
}

#[tokio::test(start_paused = true)]
async fn without_places_to_wait_what_is_free_is_still_given() {
    let room = Bytes::new(10 * KIB, 0, PATIENCE);
    let _most = take(&room, 9).await;
    let _rest = take(&room, 1).await;
    assert_eq!(refusal(&room, 1).await, Some(BUSY));
}

#[tokio::test(start_paused = true)]
async fn a_taker_that_leaves_the_door_lets_the_next_one_look() {
    let room = room(10);
    let _most = take(&room, 8).await;
    let mut large = Box::pin(room.take(5 * KIB));
    let mut small = pin!(room.take(2 * KIB));
    assert!(poll(large.as_mut()).is_pending());
    assert!(poll(small.as_mut()).is_pending());
    drop(large);
    assert!(matches!(poll(small.as_mut()), Poll::Ready(Ok(_))));
}

#[tokio::test(start_paused = true)]
async fn a_permit_shrinks() {
    let room = room(10);
    let mut permit = take(&room, 10).await;
    let mut next = pin!(room.take(4 * KIB));
    assert!(poll(next.as_mut()).is_pending());

    permit.shrink_to(7 * KIB);
    assert!(poll(next.as_mut()).is_pending(), "only 3 KiB are free");
    permit.shrink_to(6 * KIB);
    assert!(next.await.is_ok());
    permit.shrink_to(9 * KIB);
    assert_eq!(permit.bytes(), 6 * KIB, "shrinking never takes more");
}

#[tokio::test(start_paused = true)]
async fn a_permit_grows_by_what_is_free() {
    let room = room(10);
    let mut permit = room.take(100).await.unwrap();
    permit.grow(900).await.unwrap();
    assert_eq!(room.free(), 9 * KIB, "1,000 bytes still are one KiB");
    permit.grow(9 * KIB).await.unwrap();
    assert_eq!(room.free(), 0);
    assert_eq!(
        permit.grow(KIB).await,
        Err(Error::TooLarge),
        "1,000 bytes and 10 KiB are more than all"
    );
    assert_eq!(permit.grow(u64::MAX).await, Err(Error::TooLarge));
    drop(permit);
    assert_eq!(room.free(), 10 * KIB);
}

#[tokio::test(start_paused = true)]
async fn a_growing_holder_goes_before_those_who_hold_nothing() {
    let room = room(10);
    let mut growing = take(&room, 4).await;
    let other = take(&room, 4).await;
    let mut taker = pin!(room.take(10 * KIB));
    assert!(poll(taker.as_mut()).is_pending());
    let mut growth = Box::pin(growing.grow(6 * KIB));
    assert!(poll(growth.as_mut()).is_pending());

    // Both could wait for each other now; what is given back goes to the holder.
    drop(other);
    growth.await.unwrap();
    assert!(poll(taker.as_mut()).is_pending());
    drop(growing);
    assert!(taker.await.is_ok());
}

#[tokio::test(start_paused = true)]
async fn two_holders_do_not_wait_for_each_other() {
    let room = room(10);
    let mut one = take(&room, 5).await;
    let mut other = take(&room, 5).await;
    let mut first = pin!(one.grow(KIB));
    assert!(poll(first.as_mut()).is_pending());
    let mut second = Box::pin(other.grow(KIB));
    assert_eq!(poll(second.as_mut()), Poll::Ready(Err(BUSY)));
    drop(second);
    drop(other);
    first.await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn growth_is_bounded_in_time_and_leaves_the_permit_as_it_was() {
    let room = room(10);
    let mut one = take(&room, 5).await;
    let _other = take(&room, 4).await;
    assert_eq!(one.grow(3 * KIB).await, Err(BUSY));
    assert_eq!((one.bytes(), room.free()), (5 * KIB, KIB));
    // The right to wait has come back.
    let mut again = pin!(one.grow(3 * KIB));
    assert!(poll(again.as_mut()).is_pending());
}

#[tokio::test(start_paused = true)]
async fn growth_that_is_given_up_hands_back_what_it_had_gathered() {
    let room = room(10);
    let mut one = take(&room, 5).await;
    let _other = take(&room, 3).await;
    let mut growth = Box::pin(one.grow(4 * KIB));
    assert!(poll(growth.as_mut()).is_pending());
    let mut taker = pin!(room.take(2 * KIB));
    assert!(
        poll(taker.as_mut()).is_pending(),
        "the 2 free KiB wait for the holder"
    );
    drop(growth);
    let began = tokio::time::Instant::now();
    assert!(taker.await.is_ok());
    assert_eq!(began.elapsed(), Duration::ZERO, "the taker was told");
}

proptest! {
    /// Whatever is asked and given back in whatever order: never more than all is out, and all comes back.
    #[test]
    fn what_is_given_out_is_accounted_for(steps in proptest::collection::vec((0..4_u8, 0..12_000_u64), 1..60)) {
        let room = Bytes::new(10 * KIB, 0, PATIENCE);
        let mut held: Vec<BytesPermit> = Vec::new();
        for (step, bytes) in steps {
            match (step, held.last_mut()) {
                (0, _) | (_, None) => {
                    if let Poll::Ready(Ok(permit)) = poll(pin!(room.take(bytes)).as_mut()) {
                        held.push(permit);
                    }
                }
                (1, Some(last)) => last.shrink_to(bytes),
                // Without a timer nothing can wait: what is free, or too large.
                (2, Some(last)) if bytes <= room.free() => {
                    let _ = poll(pin!(last.grow(bytes)).as_mut());
                }
                _ => drop(held.swap_remove(0)),
            }
            let out: u64 = held.iter().map(|permit| permit.bytes().div_ceil(KIB) * KIB).sum();
            prop_assert_eq!(out + room.free(), room.total());
        }
        held.clear();
        prop_assert_eq!(room.free(), room.total());
    }
}
