//! Somebody without an account, who reads.

use super::Guest;
use super::app;
use super::library::{Acts, Library};
use crate::person::Person;
use crate::visit::Over;

impl Guest {
    /// Looks through the library and reads stories.
    pub(super) async fn visit(&self, person: &mut Person) -> Result<(), Over> {
        app::start(person).await?;
        let mut library = Library::new(self.covers, None);
        library.open(person).await?;
        loop {
            let time = person.draw(6.0..=18.0);
            library.look_around(person, time).await?;
            library.read(person, Acts::default()).await?;
            library.open(person).await?;
        }
    }
}
