//! Every statement that is put together at run time, in every form. For the test that prepares them all, which finds
//! those that stand whole in the source by itself (`tests/statements`).

use database::Dialect;

use crate::live::collaboration::room;
use crate::live::presence;
use crate::{
    accounts, admin, classroom, family, games, mail, moderation, notifications, pictures, rewards, social,
    stories,
};

/// All of them, as one engine gets them. A function that puts an SQL text together belongs into its module's
/// `all_statements`, and that one into this list.
pub fn put_together(dialect: Dialect) -> Vec<String> {
    let mut all = accounts::store::search::all_statements(dialect);
    all.extend(accounts::store::sessions::all_statements());
    all.extend(accounts::store::overseen::all_statements(dialect));
    all.extend(accounts::store::people::all_statements(dialect));
    all.extend(accounts::store::managed::all_statements(dialect));
    all.extend(accounts::store::rosters::all_statements(dialect));
    all.extend(classroom::store::all_statements(dialect));
    all.extend(room::store::all_statements());
    all.extend(pictures::store::all_statements());
    all.extend(stories::store::all_statements(dialect));
    all.extend(notifications::store::all_statements());
    let friends = social::store::friends::ids_of("$1");
    all.extend(rewards::store::all_statements(dialect, &friends));
    all.extend(social::store::all_statements());
    all.extend(games::store::all_statements());
    all.extend(family::store::all_statements());
    all.extend(stories::store::known::all_statements(
        &games::store::lists::count_of("s.id"),
        &games::store::makings::read(),
    ));
    all.extend(stories::store::feed::all_statements(&friends));
    all.extend(presence::all_statements(dialect));
    all.extend(mail::letters::store::all_statements());
    all.extend(moderation::store::all_statements());
    all.extend(moderation::reports::store::all_statements());
    all.extend(moderation::listed::all_statements());
    all.extend(admin::audit::all_statements());
    all
}
