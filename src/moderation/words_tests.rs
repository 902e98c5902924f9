use std::collections::BTreeSet;

use super::words::INNOCENT as INNOCENT_PHRASES;
use super::{Language, Masker, seeds};

#[test]
fn every_word_is_written_as_the_database_stores_it() {
    for seed in seeds() {
        let word = seed.word;
        assert!((3..=100).contains(&word.len()), "{word}");
        assert!(word.chars().all(|c| c.is_ascii_lowercase() || c == ' '), "{word}");
        assert_eq!(word.split(' ').collect::<Vec<_>>().join(" "), word.trim());
        assert!(!word.contains("  "), "{word}");
    }
}

#[test]
fn no_word_is_listed_twice() {
    let words: Vec<_> = seeds().map(|seed| seed.word).collect();
    let distinct: BTreeSet<_> = words.iter().collect();
    assert_eq!(distinct.len(), words.len());
}

#[test]
fn both_languages_are_covered() {
    let count = |language| seeds().filter(|seed| seed.language == language).count();
    assert!(count(Language::En) + count(Language::Both) >= 40);
    assert!(count(Language::Tl) >= 40);
}

#[test]
fn every_listed_word_is_masked() {
    let masker = Masker::new(seeds().map(|seed| seed.word));
    for seed in seeds() {
        let text = format!("(\"{}\")", seed.word.to_uppercase());
        assert!(masker.mask(&text).contains('*'), "{text}");
    }
}

/// Words that contain a listed one or come close to it, in both languages.
const INNOCENT: [&str; 10] = [
    "Scunthorpe Penistone Sussex Essex Arsenal Amsterdam Dickens Hancock Constantinople Niger Nigeria",
    "class assess assassin embarrass cassette bass grass passion peacock cockatoo shuttlecock titmouse",
    "saltwater wristwatch pitch hitchhike shiitake mishmash scrap scrapbook madam damask damned amoral",
    "the ass and the lion, a cock crowed, a prick of the spindle, garden hoe, puss, pussy willow, blue tit",
    "puto putahe putakti putol reputasyon deputado computer putik putok kumpyuta kaputol amputate",
    "tangan tangay tanghali tangi Batangas katanga tanggap gagamba gagawin gagapang gaga bubong bobot",
    "pukyutan pukpok pokpokan kantong kantina bayabas hudyat burator kupas kupkupin ungol pekeng potato",
    "sheet booboo boo-boo shoot poorer coop goose mooon sooo looong hmmm brrr aaah zzz grrr shhh woooah",
    "A B C D E F G, C-A-T spells cat, W.H.O. and U.S.A., p u z z l e, 3 + 4 = 7, 5|5|5, a + b, 8 6 9 8698 B-9 6A",
    "455 4 5 5 5417 $5 $$$ @home 70 100% 1d10 H2O (o_o) ---PAGE BREAK--- wow!!! well-made ***",
];

/// Ways in which children get past a filter.
const DISGUISED: [&str; 12] = [
    "fuuuuck",
    "F U C K",
    "f.u.c.k",
    "sh1t",
    "$h!t",
    "b!tch",
    "g4g0",
    "9ag0",
    "PuTaNg-InA",
    "tang1na m0",
    "b o b o",
    "puuuuta",
];

#[test]
fn disguised_words_are_seen_through() {
    let masker = Masker::new(seeds().map(|seed| seed.word));
    for text in DISGUISED {
        assert!(masker.mask(text).contains('*'), "{text}");
    }
}

#[test]
fn innocent_phrases_are_of_use() {
    let masker = Masker::new(seeds().map(|seed| seed.word));
    for phrase in INNOCENT_PHRASES {
        assert_eq!(masker.mask(phrase), phrase);
        let listed = seeds().any(|seed| phrase.split(' ').any(|word| word == seed.word));
        assert!(listed, "{phrase} holds no listed word");
    }
}

#[test]
fn innocent_words_pass() {
    let masker = Masker::new(seeds().map(|seed| seed.word));
    for line in INNOCENT {
        assert_eq!(masker.mask(line), line);
    }
}

const PROSE: [&str; 20] = [
    "Once upon a time a small turtle wanted to see the sea.",
    "\"Wait for me!\" shouted Ana, and she ran as fast as she could.",
    "The dragon had a sore tooth, so nobody was afraid of him at all.",
    "My grandmother's garden has 12 tomato plants, 3 hens and 1 grumpy cat.",
    "It was so dark that the moon had to hold a lamp.",
    "The prince pricked his finger on a rose and said, \"Ouch!\"",
    "Their boat was full of shells: white shells, pink shells, even a blue one.",
    "He sat on the grass and counted 100 ants, then started again at 1.",
    "Can a cloud be ticklish? Only if you ask it nicely.",
    "At the end they shared the last mango, and everyone was happy.",
    "Noong unang panahon, may isang munting pagong na gustong makita ang dagat.",
    "\"Hintayin mo ako!\" sigaw ni Ana, at tumakbo siya nang mabilis.",
    "Si Lola ay nagluto ng puto at kutsinta para sa buong barangay.",
    "Ang gagamba ay gumawa ng bahay sa bubong ng lumang kubo.",
    "Gagawin ko ang takdang-aralin bago ako maglaro ng taguan.",
    "Tangan ng bata ang pulang saranggola, ngunit tinangay ito ng hangin.",
    "May 7 itlog ang inahin at 5 ang napisa kaninang tanghali.",
    "Ang pangit na pato ay naging isang magandang sisne.",
    "Anak ng mangingisda si Ding, at putik ang laruan niya tuwing tag-ulan.",
    "Sa huli, pinaghatian nila ang manggang hinog at lahat ay natuwa.",
];

#[test]
fn childrens_prose_passes() {
    let masker = Masker::new(seeds().map(|seed| seed.word));
    for sentence in PROSE {
        assert_eq!(masker.mask(sentence), sentence);
    }
}
