//! Sign-ins, all at once, each of another account.

use super::LoginStorm;
use super::app::{sign_in, sign_in_call};
use crate::person::Person;
use crate::visit::Over;

impl LoginStorm {
    /// Signs in and is done; comes back as long as it is refused.
    pub(super) async fn visit(&self, person: &mut Person) -> Result<(), Over> {
        let is_in = if self.wrong_passwords {
            let Some(call) = sign_in_call(person, " or not") else {
                return Ok(());
            };
            !person.send(call.expecting(&[401])).await?.is_failed()
        } else {
            sign_in(person).await?
        };
        if is_in {
            person.enter();
        }
        Ok(())
    }
}
