//! The words with which a new server starts; administrators change the list later in the database.
//!
//! Owns a reviewed selection for a platform of children who write in English and Tagalog. A word is here
//! when it is an insult, a slur or an oath and hardly anything else, because the filter sees no context.
//! Left out on purpose, since children's stories need them:
//!
//! - animals: ass (the donkey of fables), cock, pussy, tit; baboy, hayop, unggoy; suso (also a snail)
//! - ordinary meanings: prick (a spindle does), hoe, dyke, screw, sucker, puke, fag, chink, retardant;
//!   pangit (the Ugly Duckling's title), lintik (lightning), peste, pipi, loko, bruha, demonyo, walang hiya,
//!   bugok (a bad egg), ulol (a rabid dog), buwisit's root, salsal (to forge)
//! - food: puto (rice cake), leche and letse (flan), jerk (chicken)
//! - names, and sounds of small children: Dick, Willy, Fanny, Pepe, Kiki, Titi, Tonto, gaga
//! - the body and what it does: penis, vagina, puwet, tae, utot, ihi
//! - what people are: gay, bakla, tomboy, queer, negro
//! - mere rudeness that stories are about: stupid, dumb, ugly, shut up, hell, bloody
//!
//! Kept although they have a rare innocent reading: bobo (a toy's name), tanga (also a clothes moth), bitch
//! (a female dog): they are the commonest insults of the playground.

/// Whose word it is. `Both`: used in sentences of either language.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Language {
    En,
    Tl,
    Both,
}

impl Language {
    /// As the wire and the database spell it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::Tl => "tl",
            Self::Both => "both",
        }
    }

    /// As people read it.
    pub fn label(self) -> &'static str {
        match self {
            Self::En => "English",
            Self::Tl => "Tagalog",
            Self::Both => "Both",
        }
    }

    /// The language that the wire spells so.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::En, Self::Tl, Self::Both]
            .into_iter()
            .find(|language| language.as_str() == text)
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Severity {
    Mild,
    Moderate,
    Severe,
}

impl Severity {
    /// As the wire and the database spell it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Mild => "mild",
            Self::Moderate => "moderate",
            Self::Severe => "severe",
        }
    }

    /// As people read it.
    pub fn label(self) -> &'static str {
        match self {
            Self::Mild => "Mild",
            Self::Moderate => "Moderate",
            Self::Severe => "Severe",
        }
    }

    /// The severity that the wire spells so.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Mild, Self::Moderate, Self::Severe]
            .into_iter()
            .find(|severity| severity.as_str() == text)
    }
}

/// A word of the first list: lower-case, parts of a phrase separated by single blanks.
#[derive(Clone, Copy, Debug)]
pub struct Seed {
    pub word: &'static str,
    pub language: Language,
    pub severity: Severity,
}

/// Phrases in which a word of the list is meant otherwise, each part of them separated by single blanks. They are left alone
/// even where an administrator lists a word in them; one that is listed as a whole is not.
pub(super) const INNOCENT: [&str; 14] = [
    // The apostle, in stories from the Bible.
    "si hudas",
    "ni hudas",
    "kay hudas",
    "hudas iskariote",
    "hudas iscariote",
    // A city in Burkina Faso, one in Tanzania, and the aviator after whom airports are named.
    "bobo dioulasso",
    "city of tanga",
    "port of tanga",
    "gago coutinho",
    // Moths in the wardrobe.
    "tanga sa damit",
    // A sweet of rice and chocolate.
    "suman na moron",
    "suman at moron",
    "moron ng tacloban",
    // Of knights.
    "bastard sword",
];

/// The first list, in no order.
pub fn seeds() -> impl Iterator<Item = Seed> {
    SEEDS.iter().flat_map(|(language, severity, words)| {
        words.iter().map(|word| Seed {
            word,
            language: *language,
            severity: *severity,
        })
    })
}

const SEEDS: [(Language, Severity, &[&str]); 8] = [
    (
        Language::Both,
        Severity::Moderate,
        &["shit", "wtf", "stfu", "mongoloid"],
    ),
    (
        Language::Both,
        Severity::Severe,
        &["fuck", "fucking", "fuck you", "bitch", "motherfucker"],
    ),
    (
        Language::En,
        Severity::Mild,
        &["idiot", "moron", "imbecile", "crap", "crappy", "damn", "dammit"],
    ),
    (
        Language::En,
        Severity::Moderate,
        &[
            "goddamn",
            "shitty",
            "bullshit",
            "shithead",
            "dipshit",
            "asshole",
            "arsehole",
            "dumbass",
            "smartass",
            "dickhead",
            "bastard",
            "scumbag",
            "douchebag",
            "wanker",
            "piss off",
            "pissed off",
            "son of a bitch",
            "porn",
        ],
    ),
    (
        Language::En,
        Severity::Severe,
        &[
            "fucker",
            "fucked",
            "motherfucking",
            "bitches",
            "cunt",
            "twat",
            "whore",
            "slut",
            "retard",
            "retarded",
            "nigger",
            "nigga",
            "faggot",
        ],
    ),
    (
        Language::Tl,
        Severity::Mild,
        &[
            "bwisit", "bwiset", "buwisit", "shet", "pucha", "putsa", "punyemas", "engot", "bopols", "shunga",
            "ungas", "gunggong", "hunghang",
        ],
    ),
    (
        Language::Tl,
        Severity::Moderate,
        &[
            "gago",
            "gagong",
            "gagu",
            "ogag",
            "tanga",
            "tangang",
            "bobo",
            "inutil",
            "siraulo",
            "tarantado",
            "tarantadong",
            "kupal",
            "hudas",
            "hinayupak",
            "punyeta",
            "punyetang",
            "putragis",
            "pakshet",
            "abnoy",
        ],
    ),
    (
        Language::Tl,
        Severity::Severe,
        &[
            "puta",
            "putang ina",
            "putang ina mo",
            "putanginang",
            "tang ina",
            "tang ina mo",
            "tanginang",
            "kingina",
            "pota",
            "potang ina",
            "amputa",
            "anak ng puta",
            "anak ng pota",
            "pak yu",
            "pokpok",
            "kantot",
            "hindot",
            "burat",
            "pekpek",
        ],
    ),
];
