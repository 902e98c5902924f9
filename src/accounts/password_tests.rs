//! The hashes come from elsewhere: Django's layout around Python's `hashlib.pbkdf2_hmac`, Argon2 from the reference
//! implementation in C by way of `argon2-cffi` 25.1.

use super::*;

const PASSWORD: &str = "korrekt Pferd 🐴";

const DJANGO: &str =
    "pbkdf2_sha256$600000$qZ1xNvR7mTg2LkWp0sYdHe$CGrj8rADqqsZdmNORqhqXTNUzkYdtELH/6EpUsKSuk4=";
const DJANGO_WEAKEST: &str = "pbkdf2_sha256$1$s$4vwPEVJNHtNphznFLSI+SY5ETXco8eGwnf5exaOpuSU=";
const DJANGO_STRONGEST: &str =
    "pbkdf2_sha256$1500000$Kj83hfLw0cXz$C5f5Mpl7GZHns0zHIBNIBrFaWxU+6aU9E6l9k1fDW04=";
const DJANGO_TOO_STRONG: &str =
    "pbkdf2_sha256$1500001$Kj83hfLw0cXz$OQ+o7bBO+mTAS+/ddON56HvBAcivVuxdLaCbkePjmho=";
const DJANGO_ODD_SALT: &str =
    "pbkdf2_sha256$260000$old salt, with; marks$l6gSJQ+KV9lajJZALPlXFfCNjTBHUJmErn15z1ermNk=";
const DJANGO_EMPTY: &str = "pbkdf2_sha256$2$x$DbJWPo0PmIefdmiayG9/ThLKNfe1jk/gcsT2jDqCYTE=";
const DJANGO_1024: &str = "pbkdf2_sha256$2$x$WqVJMTFjICb8aFekfrH3dYxgWOki18ReUqOs5L6cbg4=";
const DJANGO_1025: &str = "pbkdf2_sha256$2$x$J1Wo1NJhaJFlK5AIpmxslnvHk8uwXUOi1QDECaI4kJo=";

const ARGON: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$c2l4dGVlbiBieXRlcyBvaw$x2kkVyvuF8uz8dB6L9dPdu28Ckq8BHvjiLusadfLYsI";
const ARGON_ONE_PASS: &str =
    "$argon2id$v=19$m=19456,t=1,p=1$c2l4dGVlbiBieXRlcyBvaw$Xlue68sUv6Nfe67QNqvw09aDYQdN0MWuiNaQOVLAuqI";
const ARGON_8_MIB: &str =
    "$argon2id$v=19$m=8192,t=2,p=1$c2l4dGVlbiBieXRlcyBvaw$kAs4e/tlNqQTAWnQSvxltQZFe2REjCVuiINKXc6JMB8";
const ARGON_SHORT: &str = "$argon2id$v=19$m=19456,t=2,p=1$ZWlnaHQgYnk$Yfav/CjKTMphr1hGp5P7KQ";
const ARGON_64_MIB: &str =
    "$argon2id$v=19$m=65536,t=3,p=4$c2l4dGVlbiBieXRlcyBvaw$RRHew6Or2bG1NxPVOIuRreq2FldJQBHQgmXFQ+Wa31E";
const ARGON_OVER_64_MIB: &str =
    "$argon2id$v=19$m=65537,t=2,p=1$c2l4dGVlbiBieXRlcyBvaw$IAwKrl13mzN/hzu4kmIJnzlrIRZvLLg8OriBZQz1Fhg";
const ARGON_10_PASSES: &str =
    "$argon2id$v=19$m=64,t=10,p=1$c2l4dGVlbiBieXRlcyBvaw$YCOQJmIlLZg1Vx6OGkfLpVpnvqYdmntc4ZXxG4/jyXA";
const ARGON_11_PASSES: &str =
    "$argon2id$v=19$m=64,t=11,p=1$c2l4dGVlbiBieXRlcyBvaw$h7sw39ewTpu4Y7Os5SPBKyZQfg0pbVCQiMOeeetO6IY";
const ARGON_I: &str =
    "$argon2i$v=19$m=19456,t=2,p=1$c2l4dGVlbiBieXRlcyBvaw$UTIPKqoQefMJS6tEFlO/ns2h7IQ8/ujMi/O/yK2oN88";
const ARGON_1024: &str =
    "$argon2id$v=19$m=64,t=1,p=1$c2l4dGVlbiBieXRlcyBvaw$7SGgIFfGbBsQJB0G1CNBlW5NVix3v+v8dKjCmdkZmrg";
const ARGON_1025: &str =
    "$argon2id$v=19$m=64,t=1,p=1$c2l4dGVlbiBieXRlcyBvaw$6c4XYn0UyZJrl21j/A8yBFam3iJwyhTM5o7UkPlqITo";

#[track_caller]
fn assert_verdict(expected: Verdict, password: &str, encoded: &str) {
    let verdict = verify(&mut Workspace::default(), password, encoded);
    assert_eq!(verdict, expected, "{encoded}");
}

#[test]
fn djangos_hashes_are_right_but_old() {
    for encoded in [DJANGO, DJANGO_WEAKEST, DJANGO_STRONGEST, DJANGO_ODD_SALT] {
        assert_verdict(Verdict::RightButOld, PASSWORD, encoded);
    }
    assert_verdict(Verdict::RightButOld, "", DJANGO_EMPTY);
}

#[test]
fn another_password_is_wrong() {
    for encoded in [DJANGO_WEAKEST, ARGON, ARGON_SHORT] {
        for password in ["", "korrekt pferd 🐴", "korrekt Pferd 🐴 "] {
            assert_verdict(Verdict::Wrong, password, encoded);
        }
    }
}

#[test]
fn a_hash_that_costs_too_much_never_verifies() {
    for encoded in [DJANGO_TOO_STRONG, ARGON_OVER_64_MIB, ARGON_11_PASSES] {
        assert_verdict(Verdict::Wrong, PASSWORD, encoded);
    }
}

#[test]
fn argon2id_as_we_make_it_or_stronger_is_right() {
    assert_verdict(Verdict::Right, PASSWORD, ARGON);
    assert_verdict(Verdict::Right, PASSWORD, ARGON_64_MIB);
}

#[test]
fn weaker_argon2id_is_right_but_old() {
    for encoded in [ARGON_ONE_PASS, ARGON_8_MIB, ARGON_SHORT, ARGON_10_PASSES] {
        assert_verdict(Verdict::RightButOld, PASSWORD, encoded);
    }
}

#[test]
fn passwords_up_to_1024_bytes_are_hashed() {
    let (longest, too_long) = ("a".repeat(1024), "a".repeat(1025));
    for (right, too_long_for_us) in [(DJANGO_1024, DJANGO_1025), (ARGON_1024, ARGON_1025)] {
        assert_verdict(Verdict::RightButOld, &longest, right);
        assert_verdict(Verdict::Wrong, &too_long, too_long_for_us);
    }
    let mut workspace = Workspace::default();
    let encoded = hash(&mut workspace, &longest);
    assert_eq!(verify(&mut workspace, &longest, &encoded), Verdict::Right);
}

#[test]
#[should_panic(expected = "the rules refuse longer passwords")]
fn a_longer_password_is_not_hashed() {
    hash(&mut Workspace::default(), &"a".repeat(1025));
}

#[test]
fn what_is_no_hash_never_verifies() {
    let output = "4vwPEVJNHtNphznFLSI+SY5ETXco8eGwnf5exaOpuSU=";
    let argon = ARGON.trim_start_matches("$argon2id$v=19$m=19456,t=2,p=1");
    let pbkdf2 = |count: &str| format!("pbkdf2_sha256${count}$s${output}");
    let argon2id = |cost: &str| format!("$argon2id$v=19${cost}{argon}");
    let texts = [
        String::new(),
        "!".to_owned(),
        "!kD7YcHVyNj5VYwRqmZ0rxZ0Yg1dR6kxkZkTbWw2n".to_owned(),
        PASSWORD.to_owned(),
        format!("!{DJANGO_WEAKEST}"),
        format!("{DJANGO_WEAKEST}$"),
        format!(" {DJANGO_WEAKEST}"),
        DJANGO_WEAKEST.replace("sha256", "sha1"),
        DJANGO_WEAKEST.replace('=', ""),
        DJANGO_WEAKEST.replace("4vwP", ""),
        pbkdf2(""),
        pbkdf2("0"),
        pbkdf2("+1"),
        pbkdf2("-1"),
        pbkdf2(" 1"),
        pbkdf2("99999999999999999999"),
        "pbkdf2_sha256$1$s".to_owned(),
        "pbkdf2_sha256$1$s$".to_owned(),
        ARGON_I.to_owned(),
        ARGON.replace("v=19", "v=16"),
        ARGON.replace("$v=19", ""),
        format!("argon2{ARGON}="),
        argon2id("t=2,m=19456,p=1"),
        argon2id("m=19456,t=2"),
        argon2id("m=19456,t=0,p=1"),
        argon2id("m=19456,t=2,p=0"),
        argon2id("m=19456,t=2,p=17"),
        argon2id("m=7,t=2,p=1"),
        argon2id("m=4294967295,t=4294967295,p=1"),
        "$argon2id$v=19$m=64,t=1,p=1$c2l4dGVlbiBieXRlcyBvaw$".to_owned(),
        "$argon2id$v=19$m=64,t=1,p=1$$7SGgIFfGbBsQJB0G1CNBlW5NVix3v+v8dKjCmdkZmrg".to_owned(),
    ];
    for text in texts {
        assert!(Hash::parse(&text).is_none(), "{text:?}");
    }
    for (password, encoded) in [("", ""), ("", "!"), ("!", "!"), (PASSWORD, ARGON_I)] {
        assert_verdict(Verdict::Wrong, password, encoded);
    }
}

#[test]
fn a_new_hash_is_in_phc_form_with_its_own_salt() {
    let mut workspace = Workspace::default();
    let (one, other) = (hash(&mut workspace, PASSWORD), hash(&mut workspace, PASSWORD));
    let salt_of = |encoded: &str| {
        let [salt, output] = encoded
            .strip_prefix("$argon2id$v=19$m=19456,t=2,p=1$")
            .and_then(|fields| fields.split_once('$'))
            .map(|(salt, output)| [salt, output].map(|text| BASE64_STANDARD_NO_PAD.decode(text)))
            .expect("a prefix, a salt and an output");
        assert_eq!(salt.as_ref().map(Vec::len), Ok(16));
        assert_eq!(output.as_ref().map(Vec::len), Ok(32));
        salt
    };
    assert_ne!(salt_of(&one), salt_of(&other));
    assert_eq!(verify(&mut workspace, PASSWORD, &one), Verdict::Right);
    assert_eq!(verify(&mut workspace, "another", &one), Verdict::Wrong);
}

/// What no real hash is behind costs one of our hashes: the memory shows that it was computed.
#[test]
fn nobody_costs_as_much_as_somebody() {
    let filled = |work: &dyn Fn(&mut Workspace)| {
        let mut workspace = Workspace::default();
        work(&mut workspace);
        let zero = Block::new();
        let used = workspace
            .blocks
            .iter()
            .filter(|block| block.as_ref() != zero.as_ref())
            .count();
        assert_eq!(workspace.blocks.len(), used);
        used
    };
    let somebody = filled(&|workspace| assert_eq!(verify(workspace, PASSWORD, ARGON), Verdict::Right));
    assert_eq!(somebody, 19 * 1024);
    assert_eq!(filled(&waste), somebody);
    for (password, encoded) in [("x", "!"), ("x", DJANGO_TOO_STRONG), (&*"a".repeat(1025), ARGON)] {
        assert_eq!(
            filled(&|workspace| assert_eq!(verify(workspace, password, encoded), Verdict::Wrong)),
            somebody
        );
    }
}

#[test]
fn the_memory_is_reused_and_never_stays_larger_than_ours() {
    let mut workspace = Workspace::default();
    waste(&mut workspace);
    let first = workspace.blocks.as_ptr();
    verify(&mut workspace, PASSWORD, ARGON_8_MIB);
    hash(&mut workspace, PASSWORD);
    assert_eq!(workspace.blocks.as_ptr(), first);

    verify(&mut workspace, PASSWORD, ARGON_64_MIB);
    assert!(workspace.blocks.len() <= 19 * 1024);
}
