use std::collections::HashMap;

use proptest::prelude::*;

use super::*;

const SECOND: i64 = 1_000_000;
/// An instant of our days.
const NOW: i64 = 1_790_000_000 * SECOND;
/// One in ten seconds, six at once.
const SIGN_IN: Rate = Rate {
    name: "sign-in",
    amount: 6,
    per: 60 * SECOND,
};

fn use_up(rates: &Rates, now: i64, rate: &Rate, key: impl Hash + Copy) {
    while rates.check(now, rate, key).is_ok() {}
}

#[test]
fn the_amount_is_admitted_at_once_and_comes_back_evenly() {
    let rates = Rates::new(10);
    for _ in 0..6 {
        assert_eq!(rates.check(NOW, &SIGN_IN, "ada"), Ok(()));
    }
    assert_eq!(
        rates.check(NOW, &SIGN_IN, "ada"),
        Err(RetryAfter { micros: 10 * SECOND })
    );
    assert_eq!(
        rates.check(NOW + 10 * SECOND - 1, &SIGN_IN, "ada"),
        Err(RetryAfter { micros: 1 })
    );
    assert_eq!(rates.check(NOW + 10 * SECOND, &SIGN_IN, "ada"), Ok(()));
    assert!(rates.check(NOW + 10 * SECOND, &SIGN_IN, "ada").is_err());
}

#[test]
fn keys_and_names_count_apart() {
    let code = Rate {
        name: "code",
        ..SIGN_IN
    };
    let rates = Rates::new(10);
    use_up(&rates, NOW, &SIGN_IN, 7_u64);
    assert_eq!(rates.check(NOW, &SIGN_IN, 8_u64), Ok(()));
    assert_eq!(rates.check(NOW, &code, 7_u64), Ok(()));
}

#[test]
fn peek_does_not_count() {
    let rates = Rates::new(10);
    for _ in 0..20 {
        assert_eq!(rates.peek(NOW, &SIGN_IN, "ada"), Ok(()));
    }
    assert!(rates.is_empty());
    use_up(&rates, NOW, &SIGN_IN, "ada");
    assert_eq!(
        rates.peek(NOW, &SIGN_IN, "ada"),
        Err(RetryAfter { micros: 10 * SECOND })
    );
}

#[test]
fn one_that_is_given_back_was_never_counted() {
    let rates = Rates::new(10);
    for _ in 0..20 {
        assert_eq!(rates.check(NOW, &SIGN_IN, "ada"), Ok(()));
        rates.give_back(&SIGN_IN, "ada");
    }
    for _ in 0..SIGN_IN.amount {
        assert_eq!(rates.check(NOW, &SIGN_IN, "ada"), Ok(()));
    }
    assert!(rates.check(NOW, &SIGN_IN, "ada").is_err());
}

#[test]
fn more_than_the_whole_amount_is_never_given_back() {
    let rates = Rates::new(10);
    for _ in 0..20 {
        rates.give_back(&SIGN_IN, "ada");
    }
    assert!(rates.is_empty());
    assert_eq!(rates.check(NOW, &SIGN_IN, "ada"), Ok(()));
    for _ in 0..20 {
        rates.give_back(&SIGN_IN, "ada");
    }
    for _ in 0..SIGN_IN.amount {
        assert_eq!(rates.check(NOW, &SIGN_IN, "ada"), Ok(()));
    }
    assert!(rates.check(NOW, &SIGN_IN, "ada").is_err());
}

#[test]
fn forget_gives_the_whole_amount_back() {
    let rates = Rates::new(10);
    use_up(&rates, NOW, &SIGN_IN, "ada");
    rates.forget(&SIGN_IN, "ada");
    assert!(rates.is_empty());
    assert_eq!(rates.check(NOW, &SIGN_IN, "ada"), Ok(()));
}

#[test]
fn a_flood_of_keys_pushes_out_rested_keys_and_each_other_only() {
    let rates = Rates::new(100);
    use_up(&rates, NOW, &SIGN_IN, "held back");
    for key in 0..10_000_u64 {
        assert_eq!(rates.check(NOW + SECOND, &SIGN_IN, key), Ok(()));
        let full = key >= 99;
        assert!(
            (if full { 89 } else { 1 }..=100).contains(&rates.len()),
            "{}",
            rates.len()
        );
    }
    assert!(rates.check(NOW + SECOND, &SIGN_IN, "held back").is_err());
}

#[test]
fn a_full_table_forgets_the_most_rested_key() {
    let rates = Rates::new(2);
    rates.check(NOW, &SIGN_IN, "rested").expect("the first");
    use_up(&rates, NOW + 20 * SECOND, &SIGN_IN, "tired");
    rates
        .check(NOW + 20 * SECOND, &SIGN_IN, "new")
        .expect("the first");
    assert_eq!(rates.len(), 2);
    assert!(rates.peek(NOW + 20 * SECOND, &SIGN_IN, "tired").is_err());
}

#[test]
fn whoever_is_rested_goes_before_the_table_grows_and_nobody_else() {
    let rates = Rates::new(10_000);
    let mut admitted = 0;
    for key in 0..1_000_u32 {
        let now = NOW + i64::from(key) * SECOND / 2;
        rates.check(now, &SIGN_IN, key).expect("the first");
        admitted += u32::from(rates.check(now, &SIGN_IN, "tired").is_ok());
        assert!(rates.len() <= 64, "of 10 s, 20 keys are not rested");
    }
    assert_eq!(admitted, 6 + 49, "499.5 s");
}

#[test]
fn a_full_table_forgets_an_eighth_and_keeps_the_later() {
    let rates = Rates::new(800);
    for key in 0..=800_u64 {
        // Each later than the one before.
        let now = NOW + i64::try_from(key).unwrap();
        rates.check(now, &SIGN_IN, key).expect("the first");
    }
    assert_eq!(rates.len(), 701);
    let is_known = |key: u64| {
        use_up(&rates, NOW + 900, &SIGN_IN, key);
        let due = rates.peek(NOW + 900, &SIGN_IN, key).unwrap_err().micros;
        due < 10 * SECOND
    };
    assert!(is_known(100) && is_known(800), "the last 701 are known");
    assert!(!is_known(0) && !is_known(99), "the first hundred are not");
}

#[test]
fn a_clock_that_was_set_back_locks_nobody_out_for_longer_than_the_period() {
    let rates = Rates::new(10);
    use_up(&rates, NOW, &SIGN_IN, "ada");
    let earlier = NOW - 86_400 * SECOND;
    let refused = Err(RetryAfter { micros: 10 * SECOND });
    assert_eq!(rates.peek(earlier, &SIGN_IN, "ada"), refused);
    assert_eq!(rates.check(earlier, &SIGN_IN, "ada"), refused);
    assert_eq!(rates.check(earlier + 10 * SECOND, &SIGN_IN, "ada"), Ok(()));
}

#[test]
fn what_a_clock_that_was_set_back_left_does_not_fill_the_table() {
    let rates = Rates::new(64);
    for key in 0..64_u64 {
        rates.check(NOW, &SIGN_IN, key).expect("the first");
    }
    let earlier = NOW - 86_400 * SECOND;
    rates.check(earlier, &SIGN_IN, "new").expect("the first");
    let later = earlier + 11 * SECOND;
    for key in 100..120_u64 {
        rates.check(later, &SIGN_IN, key).expect("the first");
    }
    assert_eq!(
        rates.len(),
        20,
        "a sweep lowered the old ones, and the next one found them rested"
    );
}

#[test]
fn odd_rates_do_no_harm() {
    let rates = Rates::new(0);
    for rate in [
        Rate {
            name: "nothing",
            amount: 0,
            per: SECOND,
        },
        Rate {
            name: "no time",
            amount: 5,
            per: 0,
        },
        Rate {
            name: "huge",
            amount: u32::MAX,
            per: i64::MAX,
        },
    ] {
        assert_eq!(rates.check(NOW, &rate, "ada"), Ok(()));
        assert_eq!(
            rates.check(i64::MAX, &rate, "eve").map_err(|_| ()).is_ok(),
            rates.len() == 1
        );
    }
}

#[test]
fn seconds_are_rounded_up() {
    for (micros, seconds) in [(1, 1), (SECOND, 1), (SECOND + 1, 2), (90 * SECOND, 90), (-5, 1)] {
        assert_eq!(RetryAfter { micros }.seconds(), seconds);
    }
}

/// The textbook's bucket: credit in microseconds, `interval` for each request.
struct Bucket {
    credit: i64,
    seen: i64,
}

impl Bucket {
    fn take(&mut self, now: i64, interval: i64, full: i64) -> Result<(), i64> {
        self.credit = full.min(self.credit + now - self.seen);
        self.seen = now;
        if self.credit < interval {
            return Err(interval - self.credit);
        }
        self.credit -= interval;
        Ok(())
    }
}

proptest! {
    /// With room for all keys, the table does what one bucket for each key would do.
    #[test]
    fn the_table_behaves_like_buckets(
        amount in 1..8_u32,
        interval in 1..50_i64,
        steps in proptest::collection::vec((0..4_u64, 0..120_i64), 1..200),
    ) {
        let rate = Rate { name: "any", amount, per: interval * i64::from(amount) };
        let rates = Rates::new(4);
        let mut buckets: HashMap<u64, Bucket> = HashMap::new();
        let mut now = NOW;
        for (key, passed) in steps {
            now += passed;
            let bucket = buckets.entry(key).or_insert(Bucket { credit: rate.per, seen: now });
            let expected = bucket.take(now, interval, rate.per).map_err(|micros| RetryAfter { micros });
            prop_assert_eq!(rates.peek(now, &rate, key), expected);
            prop_assert_eq!(rates.check(now, &rate, key), expected);
        }
    }

    /// A small table never outgrows its bound, and it only ever errs by forgetting: what the bucket admits, the table admits.
    #[test]
    fn a_small_table_stays_small_and_only_forgets(
        capacity in 1..6_usize,
        steps in proptest::collection::vec((0..12_u64, 0..40_i64), 1..200),
    ) {
        let rate = Rate { name: "any", amount: 3, per: 90 };
        let rates = Rates::new(capacity);
        let mut buckets: HashMap<u64, Bucket> = HashMap::new();
        let mut now = NOW;
        for (key, passed) in steps {
            now += passed;
            let bucket = buckets.entry(key).or_insert(Bucket { credit: rate.per, seen: now });
            let admitted = rates.check(now, &rate, key).is_ok();
            if bucket.take(now, 30, rate.per).is_ok() {
                prop_assert!(admitted);
            }
            prop_assert!(rates.len() <= capacity);
        }
    }
}
