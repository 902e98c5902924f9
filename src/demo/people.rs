//! Who lives in the demo world.

/// What an account is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    Child,
    Parent,
    Teacher,
    /// An administrator of the server.
    Admin,
}

impl Role {
    /// In one word.
    pub fn name(self) -> &'static str {
        match self {
            Self::Child => "child",
            Self::Parent => "parent",
            Self::Teacher => "teacher",
            Self::Admin => "admin",
        }
    }
}

/// A demo account. Its password is made when the world is seeded, see [`password`].
#[derive(Clone, Copy, Debug)]
pub struct Person {
    pub username: &'static str,
    pub first_name: &'static str,
    pub last_name: &'static str,
    pub email: &'static str,
    pub role: Role,
    pub avatar_emoji: &'static str,
    pub bio: &'static str,
}

impl Person {
    /// The name that others see.
    pub fn display_name(&self) -> String {
        format!("{} {}", self.first_name, self.last_name)
    }
}

/// Everybody, children first.
pub const PEOPLE: [Person; 7] = [
    Person {
        username: "mila",
        first_name: "Mila",
        last_name: "Santos",
        email: "mila@example.org",
        role: Role::Child,
        avatar_emoji: "🐱",
        bio: "I am eight. I write about cats, kettles and carabaos.",
    },
    Person {
        username: "tomas",
        first_name: "Tomas",
        last_name: "Santos",
        email: "tomas@example.org",
        role: Role::Child,
        avatar_emoji: "🚀",
        bio: "Mila's big brother. Kites, boats, rockets: anything that goes.",
    },
    Person {
        username: "amara",
        first_name: "Amara",
        last_name: "Okafor",
        email: "amara@example.org",
        role: Role::Child,
        avatar_emoji: "🌙",
        bio: "I like the moon, the rain, and stories that end softly.",
    },
    Person {
        username: "jun",
        first_name: "Jun",
        last_name: "Park",
        email: "jun@example.org",
        role: Role::Child,
        avatar_emoji: "🐢",
        bio: "Slow reader, fast drawer. Ask me about snails.",
    },
    Person {
        username: "rosa",
        first_name: "Rosa",
        last_name: "Santos",
        email: "rosa@example.org",
        role: Role::Parent,
        avatar_emoji: "🌻",
        bio: "Mother of two authors and keeper of the mangoes.",
    },
    Person {
        username: "ben",
        first_name: "Ben",
        last_name: "Aquino",
        email: "ben@example.org",
        role: Role::Teacher,
        avatar_emoji: "🎨",
        bio: "I teach Grade 2. We read aloud every day after lunch.",
    },
    Person {
        username: "ines",
        first_name: "Ines",
        last_name: "Cruz",
        email: "ines@example.org",
        role: Role::Admin,
        avatar_emoji: "📚",
        bio: "I look after the library.",
    },
];

/// Who has this username?
pub fn named(username: &str) -> Option<&'static Person> {
    PEOPLE.iter().find(|person| person.username == username)
}

/// A password that can be read aloud, of 72 random bits: six short words such as `mavo-lika-redo-jani-bewo-kalo`.
///
/// The numbers must come from the system's random source; each of them decides three words.
pub fn password(first: u64, second: u64) -> String {
    // Without p, t and u, which take the rude words of several languages with them.
    const CONSONANTS: &[u8; 16] = b"bcdfghjklmnrsvwz";
    const VOWELS: &[u8; 4] = b"aeio";
    let syllable = |bits: u8| {
        let (consonant, vowel) = (bits & 15, bits >> 4 & 3);
        [CONSONANTS[usize::from(consonant)], VOWELS[usize::from(vowel)]].map(char::from)
    };
    let mut password = String::with_capacity(29);
    for number in [first, second] {
        for pair in number.to_le_bytes()[..6].chunks_exact(2) {
            if !password.is_empty() {
                password.push('-');
            }
            password.extend(pair.iter().copied().flat_map(syllable));
        }
    }
    password
}
