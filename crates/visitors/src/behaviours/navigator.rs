//! A child who signs in, looks through the library and reads.

use super::Navigator;
use super::app::{Badges, come_in};
use super::library::{Acts, Library};
use crate::person::Person;
use crate::visit::Over;

/// Stories that are opened one after the other, before a longer look at the library.
const STORIES: usize = 3;

impl Navigator {
    /// Reads three stories and likes them, comments one, rates one, looks around; and again.
    pub(super) async fn visit(&self, person: &mut Person) -> Result<(), Over> {
        if !come_in(person, self.tokens_only).await? {
            return Ok(());
        }
        let mut library = Library::new(self.covers, Some(Badges::new()));
        library.open(person).await?;
        loop {
            let (commented, rated) = (person.rng.usize(..STORIES), person.rng.usize(..STORIES));
            for story in 0..STORIES {
                let time = person.draw(6.0..=18.0);
                library.look_around(person, time).await?;
                let acts = Acts {
                    likes: true,
                    comments: story == commented,
                    rates: story == rated,
                };
                library.read(person, acts).await?;
                library.open(person).await?;
            }
            let time = person.draw(30.0..=75.0);
            library.look_around(person, time).await?;
        }
    }
}
