//! Password hashes: Django's, as they came with the old data, and Argon2id for all new ones.
//!
//! Pure and slow: call it on the hashing lane, whose [`Workspace`] holds the memory of Argon2. Knows nothing of
//! accounts, nor of what makes a good password. What the database holds is not trusted: a hash that would cost more
//! than the bounds below never verifies, and costs no more than any other.

#[cfg(test)]
#[path = "password_tests.rs"]
mod tests;

use std::hint::black_box;

use argon2::{Algorithm, Argon2, Block, Params, Version};
use base64::Engine;
use base64::prelude::{BASE64_STANDARD, BASE64_STANDARD_NO_PAD};
use sha2::Sha256;
use subtle::ConstantTimeEq;

/// The longest password that is hashed, in bytes.
pub const LONGEST: usize = 1024;

/// Stored instead of a hash: no password is right.
pub const UNUSABLE: &str = "!";

/// New hashes: 19 MiB, two passes, one lane.
const OURS: Cost = Cost {
    memory_kib: 19 * 1024,
    passes: 2,
    lanes: 1,
};
const SALT: usize = 16;
const OUTPUT: usize = 32;

/// The most that a stored hash may cost.
const MOST: Cost = Cost {
    memory_kib: 64 * 1024,
    passes: 10,
    lanes: 16,
};
const MOST_ITERATIONS: u32 = 1_500_000;
const LONGEST_SALT: usize = 64;
const LONGEST_OUTPUT: usize = 64;

/// What a password is, compared with a stored hash.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It is the password.
    Right,
    /// It is the password, and the hash should be replaced by a new one: Django's, or weaker than [`hash`] makes.
    RightButOld,
    /// It is not, or the stored hash is none that can be verified.
    Wrong,
}

/// The memory of Argon2, used again from hash to hash. Empty until the first one; dropping it gives all back.
#[derive(Default)]
pub struct Workspace {
    blocks: Vec<Block>,
}

impl Workspace {
    /// As many blocks as `cost` needs.
    fn blocks(&mut self, cost: Cost) -> &mut [Block] {
        let needed = cost.memory_kib as usize;
        if self.blocks.len() < needed {
            // The old ones go first: both at once would be twice the memory.
            self.blocks = Vec::new();
            self.blocks = vec![Block::new(); needed];
        }
        &mut self.blocks[..needed]
    }

    /// Gives back what a foreign hash needed beyond our own.
    fn shrink(&mut self) {
        if self.blocks.len() > OURS.memory_kib as usize {
            self.blocks = Vec::new();
        }
    }
}

/// Compares `password` with the stored hash `encoded`: `pbkdf2_sha256$iterations$salt$base64` or
/// `$argon2id$v=19$m=…,t=…,p=…$salt$hash`. Whatever else is stored, Django's mark for an unusable password (`!…`)
/// included, and a password longer than [`LONGEST`] are wrong after the time that a real hash would have taken.
pub fn verify(workspace: &mut Workspace, password: &str, encoded: &str) -> Verdict {
    let parsed = Hash::parse(encoded).filter(|_| password.len() <= LONGEST);
    let Some(stored) = parsed else {
        waste(workspace);
        return Verdict::Wrong;
    };
    match stored.matches(workspace, password.as_bytes()) {
        false => Verdict::Wrong,
        true if stored.is_old() => Verdict::RightButOld,
        true => Verdict::Right,
    }
}

/// A new hash of `password` with a random salt, as text to store.
///
/// # Panics
/// If the password is longer than [`LONGEST`]: the caller's rules refuse those, and [`verify`] would not know it again.
pub fn hash(workspace: &mut Workspace, password: &str) -> String {
    assert!(password.len() <= LONGEST, "the rules refuse longer passwords");
    let mut salt = [0; SALT];
    getrandom::fill(&mut salt).expect("the system has randomness");
    let mut output = [0; OUTPUT];
    OURS.fill(workspace, password.as_bytes(), &salt, &mut output)
        .expect("our own parameters are valid");

    let Cost {
        memory_kib,
        passes,
        lanes,
    } = OURS;
    let salt = BASE64_STANDARD_NO_PAD.encode(salt);
    let output = BASE64_STANDARD_NO_PAD.encode(output);
    format!("$argon2id$v=19$m={memory_kib},t={passes},p={lanes}${salt}${output}")
}

/// Takes as long as [`verify`] takes with one of our hashes: for users that do not exist, so that the time of an
/// answer does not tell who does.
pub fn waste(workspace: &mut Workspace) {
    let mut output = [0; OUTPUT];
    let wasted = OURS.fill(workspace, b"nobody's password", &[0; SALT], &mut output);
    let _ = black_box((wasted, output));
}

/// A stored hash that can be verified.
enum Hash {
    Pbkdf2 {
        iterations: u32,
        salt: String,
        output: Vec<u8>,
    },
    Argon2id {
        cost: Cost,
        salt: Vec<u8>,
        output: Vec<u8>,
    },
}

impl Hash {
    fn parse(encoded: &str) -> Option<Self> {
        if let Some(fields) = encoded.strip_prefix("pbkdf2_sha256$") {
            return Self::parse_pbkdf2(fields);
        }
        Self::parse_argon2id(encoded.strip_prefix("$argon2id$v=19$")?)
    }

    /// `iterations$salt$base64`; the salt is used as the text it is.
    fn parse_pbkdf2(fields: &str) -> Option<Self> {
        let [iterations, salt, output] = three(fields)?;
        let iterations = number(iterations).filter(|count| (1..=MOST_ITERATIONS).contains(count))?;
        let output = BASE64_STANDARD
            .decode(output)
            .ok()
            .filter(|output| output.len() == OUTPUT)?;
        Some(Self::Pbkdf2 {
            iterations,
            salt: salt.to_owned(),
            output,
        })
    }

    /// `m=…,t=…,p=…$salt$hash`, both in base64 without padding.
    fn parse_argon2id(fields: &str) -> Option<Self> {
        let [cost, salt, output] = three(fields)?;
        let cost = Cost::parse(cost).filter(Cost::is_bearable)?;
        let salt = decode(salt, argon2::MIN_SALT_LEN, LONGEST_SALT)?;
        let output = decode(output, SALT, LONGEST_OUTPUT)?;
        Some(Self::Argon2id { cost, salt, output })
    }

    fn matches(&self, workspace: &mut Workspace, password: &[u8]) -> bool {
        match self {
            Self::Pbkdf2 {
                iterations,
                salt,
                output,
            } => {
                let mut computed = [0; OUTPUT];
                pbkdf2::pbkdf2_hmac::<Sha256>(password, salt.as_bytes(), *iterations, &mut computed);
                computed.ct_eq(output).into()
            }
            Self::Argon2id { cost, salt, output } => {
                let mut computed = vec![0; output.len()];
                let filled = cost.fill(workspace, password, salt, &mut computed);
                workspace.shrink();
                filled.is_ok() && bool::from(computed.ct_eq(output))
            }
        }
    }

    fn is_old(&self) -> bool {
        match self {
            Self::Pbkdf2 { .. } => true,
            Self::Argon2id { cost, salt, output } => {
                cost.is_below(OURS) || salt.len() < SALT || output.len() < OUTPUT
            }
        }
    }
}

/// What one Argon2id hash takes.
#[derive(Clone, Copy)]
struct Cost {
    memory_kib: u32,
    passes: u32,
    lanes: u32,
}

impl Cost {
    /// `m=19456,t=2,p=1`.
    fn parse(text: &str) -> Option<Self> {
        let (memory, rest) = text.strip_prefix("m=")?.split_once(",t=")?;
        let (passes, lanes) = rest.split_once(",p=")?;
        Some(Self {
            memory_kib: number(memory)?,
            passes: number(passes)?,
            lanes: number(lanes)?,
        })
    }

    /// Whether it is a cost that Argon2 allows and that we are willing to bear.
    fn is_bearable(&self) -> bool {
        self.memory_kib <= MOST.memory_kib
            && self.passes <= MOST.passes
            && self.lanes <= MOST.lanes
            && Params::new(self.memory_kib, self.passes, self.lanes, None).is_ok()
    }

    /// Lanes do not count: they are work done side by side, not more of it.
    fn is_below(self, other: Self) -> bool {
        self.memory_kib < other.memory_kib || self.passes < other.passes
    }

    fn fill(
        self,
        workspace: &mut Workspace,
        password: &[u8],
        salt: &[u8],
        output: &mut [u8],
    ) -> argon2::Result<()> {
        let params = Params::new(self.memory_kib, self.passes, self.lanes, Some(output.len()))?;
        let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
        argon2.hash_password_into_with_memory(password, salt, output, workspace.blocks(self))
    }
}

/// Exactly three fields between dollar signs.
fn three(fields: &str) -> Option<[&str; 3]> {
    let mut fields = fields.split('$');
    let three = [fields.next()?, fields.next()?, fields.next()?];
    fields.next().is_none().then_some(three)
}

/// Digits only: no sign, no blank.
fn number(text: &str) -> Option<u32> {
    if !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    text.parse().ok()
}

fn decode(text: &str, shortest: usize, longest: usize) -> Option<Vec<u8>> {
    let bytes = BASE64_STANDARD_NO_PAD.decode(text).ok()?;
    (shortest..=longest).contains(&bytes.len()).then_some(bytes)
}
