//! The family of the demo world: who looks after whom.

/// A child whose account its parent made: no address, and no password until the parent sets one.
#[derive(Clone, Copy, Debug)]
pub struct ManagedChild {
    /// The username of the parent.
    pub parent: &'static str,
    pub username: &'static str,
    pub first_name: &'static str,
    pub last_name: &'static str,
    /// `YYYY-MM-DD`.
    pub date_of_birth: &'static str,
    pub avatar_emoji: &'static str,
}

impl ManagedChild {
    /// The name that others see.
    pub fn display_name(&self) -> String {
        format!("{} {}", self.first_name, self.last_name)
    }
}

/// Parents and children with accounts of their own, who are linked: usernames of both.
pub const LINKS: [(&str, &str); 2] = [("rosa", "mila"), ("rosa", "tomas")];

/// The youngest.
pub const MANAGED: [ManagedChild; 1] = [ManagedChild {
    parent: "rosa",
    username: "lito",
    first_name: "Lito",
    last_name: "Santos",
    date_of_birth: "2020-06-12",
    avatar_emoji: "🐝",
}];
