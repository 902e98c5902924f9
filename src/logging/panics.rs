//! A panic is one line of the log: where it happened and of which class it is. Not its text, which may quote what a
//! child has written (`byte index 1 is not a char boundary; it is inside 'é' of …`).

use std::any::Any;
use std::panic::{self, PanicHookInfo};

/// How the standard library's own panics begin.
const KNOWN: [&str; 9] = [
    "called `Option::unwrap()`",
    "called `Result::unwrap()`",
    "index out of bounds",
    "range end index",
    "range start index",
    "byte index",
    "attempt to",
    "assertion",
    "internal error: entered unreachable code",
];

/// From now on panics are told to the log instead of being printed.
pub(super) fn report() {
    panic::set_hook(Box::new(tell));
}

fn tell(panic: &PanicHookInfo<'_>) {
    let at = panic.location().map(ToString::to_string).unwrap_or_default();
    let class = class(panic.payload());
    tracing::error!(at, class, "panicked");
}

fn class(payload: &(dyn Any + Send)) -> &'static str {
    let text = payload.downcast_ref::<&str>().copied();
    let text = text.or_else(|| payload.downcast_ref::<String>().map(String::as_str));
    let known = KNOWN
        .into_iter()
        .find(|beginning| text.is_some_and(|text| text.starts_with(beginning)));
    known.unwrap_or("other")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_class_of_a_panic_quotes_nothing() {
        let text = "Mira's secret story";
        let caught = panic::catch_unwind(|| text.split_at(text.len() + 1).0.len()).unwrap_err();
        assert!(!class(caught.as_ref()).contains("Mira"));
        let caught = panic::catch_unwind(|| text.parse::<u8>().unwrap()).unwrap_err();
        assert_eq!(class(caught.as_ref()), "called `Result::unwrap()`");
        let caught = panic::catch_unwind(|| panic!("{text}")).unwrap_err();
        assert_eq!(class(caught.as_ref()), "other");
    }
}
