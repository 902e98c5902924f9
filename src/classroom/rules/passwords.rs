//! Passwords that a child can read from a slip of paper and type: three easy words and three digits.
//!
//! 33 random bits. Signing in takes forty wrong tries an hour, whatever the number of networks, so that somebody who tries
//! day and night needs ten thousand years; whoever holds the database needs one Argon2id hash for each try.

/// Digits that are not taken for letters.
const DIGITS: &[u8; 8] = b"23456789";

/// A password such as `kite-moon-frog-482`. `dice` comes from the system's random source; 33 of its bits decide.
pub fn password(dice: u64) -> String {
    let word = |place: usize| WORDS[usize::from(dice.to_le_bytes()[place])];
    let digit = |place: u32| char::from(DIGITS[((dice >> (24 + 3 * place)) & 7) as usize]);
    let mut password = [word(0), word(1), word(2)].join("-");
    password.push('-');
    password.extend([digit(0), digit(1), digit(2)]);
    password
}

/// Words that children of seven can spell; in any order they say nothing that they should not.
const WORDS: [&str; 256] = [
    "ant", "bear", "bee", "bird", "bunny", "camel", "cat", "cub", "deer", "dog", "dolphin", "dove", "duck",
    "eagle", "fawn", "finch", "fish", "foal", "fox", "frog", "goat", "goose", "hare", "hawk", "heron",
    "horse", "kitten", "koala", "lamb", "lark", "lion", "llama", "lynx", "mole", "moose", "moth", "mouse",
    "newt", "otter", "owl", "panda", "parrot", "pony", "puppy", "rabbit", "raven", "robin", "seal", "sheep",
    "snail", "sparrow", "spider", "squid", "stork", "swan", "tiger", "trout", "turtle", "whale", "wolf",
    "wren", "zebra", "apple", "banana", "bean", "berry", "biscuit", "bread", "butter", "cake", "carrot",
    "cheese", "cherry", "cocoa", "corn", "cream", "cup", "fig", "grape", "honey", "jam", "juice", "lemon",
    "lime", "lunch", "mango", "melon", "milk", "mint", "muffin", "noodle", "nut", "oat", "olive", "onion",
    "orange", "pancake", "pasta", "peach", "pear", "pepper", "pie", "plum", "potato", "pudding", "pumpkin",
    "rice", "salad", "salt", "soup", "spoon", "sugar", "toast", "tomato", "waffle", "walnut", "beach",
    "branch", "breeze", "brook", "cave", "cliff", "cloud", "coral", "desert", "dune", "earth", "fern",
    "field", "fire", "flower", "forest", "frost", "garden", "grass", "hill", "ice", "island", "ivy", "lake",
    "leaf", "meadow", "moon", "moss", "mountain", "ocean", "pebble", "petal", "pine", "planet", "pond",
    "rain", "rainbow", "river", "rock", "rose", "sand", "sea", "seed", "shell", "sky", "snow", "spring",
    "star", "stone", "storm", "stream", "summer", "sun", "tree", "tulip", "valley", "wave", "willow", "wind",
    "winter", "anchor", "balloon", "barn", "basket", "bell", "boat", "book", "boot", "bridge", "brush",
    "bucket", "button", "camera", "candle", "canoe", "castle", "chair", "chalk", "clock", "coat", "comet",
    "crayon", "crown", "desk", "door", "drum", "feather", "flag", "flute", "glove", "guitar", "hammer",
    "harbor", "hat", "helmet", "house", "jacket", "kettle", "key", "kite", "ladder", "lamp", "lantern",
    "letter", "map", "marble", "mirror", "mitten", "paint", "paper", "pencil", "piano", "pillow", "pirate",
    "pocket", "puzzle", "ribbon", "robot", "rocket", "roof", "rope", "sail", "scarf", "school", "shoe",
    "sled", "sock", "table", "tent", "ticket", "towel", "train", "trumpet", "tunnel", "umbrella", "violin",
    "wagon", "wheel", "whistle", "window",
];

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn the_words_are_easy_and_all_different() {
        let different: HashSet<&str> = WORDS.into_iter().collect();
        assert_eq!(different.len(), 256);
        for word in WORDS {
            assert!((3..=8).contains(&word.len()), "{word}");
            assert!(word.bytes().all(|byte| byte.is_ascii_lowercase()), "{word}");
        }
    }

    #[test]
    fn each_of_33_bits_makes_another_password() {
        let calm = password(0);
        assert_eq!(calm, "ant-ant-ant-222");
        let others: HashSet<String> = (0..33).map(|bit| password(1 << bit)).collect();
        assert_eq!(others.len(), 33);
        assert!(!others.contains(&calm));
        assert_eq!(password(1 << 33), calm, "the rest is not used");
    }
}
