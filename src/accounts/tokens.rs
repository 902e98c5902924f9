//! Access and refresh tokens: JSON Web Tokens signed with HS256, in the one form that the apps know.
//!
//! Claims: `{"token_type": "access"|"refresh", "exp": s, "iat": s, "jti": 32 hex, "user_id": n, "sid": 32 hex}`.
//! `sid` names the row in `sessions`: a token without one (of the old server), or whose row is gone, is worth nothing.
//! The tokens of an adult who looks at the world as a child say so, too: `{…, "act": n, "view": "child"}`.
//! Only this one algorithm is read, so the header of a token is compared, never obeyed.
//! Why not a library: `docs/decisions/0001-tokens.md`.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use hmac::{Hmac, KeyInit, Mac};
use serde::{Deserialize, Serialize};
use sha2::Sha256;

use crate::clock::{DAY, SECOND};
use crate::config::Secret;

const HEADER: &str = r#"{"alg":"HS256","typ":"JWT"}"#;
const LONGEST_TOKEN: usize = 1024;

/// What a token may be used for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// Calls.
    Access,
    /// Getting new access tokens.
    Refresh,
    /// The cookie of the console.
    Console,
    /// Calls of an administrator, by the scheme `AdminBearer`.
    #[serde(rename = "admin_access")]
    Admin,
}

/// What a token says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claims {
    /// What it is for.
    pub token_type: Kind,
    /// Unix second from which it is expired.
    pub exp: i64,
    /// Unix second at which it was made.
    pub iat: i64,
    /// Makes every token different; 32 hex digits.
    pub jti: String,
    /// The account.
    pub user_id: i64,
    /// The session; 32 hex digits.
    pub sid: String,
    /// The adult who looks at the world as `user_id`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub act: Option<i64>,
    /// As whom that is; there whenever `act` is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub view: Option<View>,
}

/// As whom an adult looks at the world.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum View {
    /// As a child.
    Child,
}

/// The keys derived from `SECRET_KEY`: one for tokens, one for the hashes of e-mail codes.
#[derive(Clone)]
pub struct Keys {
    tokens: Hmac<Sha256>,
    codes: Hmac<Sha256>,
}

impl std::fmt::Debug for Keys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Keys")
    }
}

fn keyed(key: &[u8]) -> Hmac<Sha256> {
    Hmac::new_from_slice(key).expect("HMAC takes keys of any length")
}

impl Keys {
    /// Derives the keys. A different secret makes every token and code worthless.
    pub fn new(secret: &Secret) -> Self {
        let derive = |purpose: &str| {
            let mut mac = keyed(secret.reveal().as_bytes());
            mac.update(purpose.as_bytes());
            keyed(&mac.finalize().into_bytes())
        };
        Self {
            tokens: derive("tinytales tokens"),
            codes: derive("tinytales codes"),
        }
    }

    /// Signs claims: three parts of base64url, separated by dots.
    pub fn sign(&self, claims: &Claims) -> String {
        let payload = serde_json::to_vec(claims).expect("claims are plain JSON");
        let signed = format!("{}.{}", BASE64.encode(HEADER), BASE64.encode(payload));
        let mut mac = self.tokens.clone();
        mac.update(signed.as_bytes());
        let signature = BASE64.encode(mac.finalize().into_bytes());
        format!("{signed}.{signature}")
    }

    /// The claims of a token of this `kind` that we signed and that has not expired; nothing for any other.
    pub fn read(&self, token: &str, kind: Kind, now: i64) -> Option<Claims> {
        if token.len() > LONGEST_TOKEN {
            return None;
        }
        let (signed, signature) = token.rsplit_once('.')?;
        let (header, payload) = signed.split_once('.')?;
        let mut mac = self.tokens.clone();
        mac.update(signed.as_bytes());
        mac.verify_slice(&BASE64.decode(signature).ok()?).ok()?;
        let header: Header = serde_json::from_slice(&BASE64.decode(header).ok()?).ok()?;
        let claims: Claims = serde_json::from_slice(&BASE64.decode(payload).ok()?).ok()?;
        let fits = header.alg == "HS256" && claims.token_type == kind && claims.exp > now / SECOND;
        fits.then_some(claims)
    }

    /// The keyed hash of a short secret (an e-mail code, an undo token), bound to what it is for; 64 hex digits.
    pub fn hash_code(&self, purpose: &str, user_id: i64, code: &str) -> String {
        let mut mac = self.codes.clone();
        mac.update(format!("{purpose}\n{user_id}\n{code}").as_bytes());
        hex(&mac.finalize().into_bytes())
    }
}

#[derive(Deserialize)]
struct Header {
    alg: String,
}

/// A new pair for a session.
#[derive(Debug)]
pub struct Pair {
    /// For calls.
    pub access: String,
    /// For new access tokens.
    pub refresh: String,
}

impl Pair {
    /// Signs both tokens of a session. The refresh token lives as long as the session.
    pub fn new(
        keys: &Keys,
        user_id: i64,
        session: &str,
        now: i64,
        access_days: i64,
        session_ends: i64,
    ) -> Self {
        Self::signed(keys, (user_id, None), session, now, access_days, session_ends)
    }

    /// The same for an adult who looks at the world as a child.
    pub fn of_view(
        keys: &Keys,
        (child, adult): (i64, i64),
        session: &str,
        now: i64,
        access_days: i64,
        session_ends: i64,
    ) -> Self {
        Self::signed(
            keys,
            (child, Some(adult)),
            session,
            now,
            access_days,
            session_ends,
        )
    }

    fn signed(
        keys: &Keys,
        (user_id, act): (i64, Option<i64>),
        session: &str,
        now: i64,
        access_days: i64,
        session_ends: i64,
    ) -> Self {
        let claims = |token_type, ends: i64| Claims {
            token_type,
            exp: ends / SECOND,
            iat: now / SECOND,
            jti: random_hex(),
            user_id,
            sid: session.to_owned(),
            act,
            view: act.map(|_| View::Child),
        };
        let access_ends = (now + access_days * DAY).min(session_ends);
        Self {
            access: keys.sign(&claims(Kind::Access, access_ends)),
            refresh: keys.sign(&claims(Kind::Refresh, session_ends)),
        }
    }
}

/// 128 random bits as 32 hex digits.
pub fn random_hex() -> String {
    let mut bytes = [0_u8; 16];
    getrandom::fill(&mut bytes).expect("the kernel's random source is there");
    hex(&bytes)
}

fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    bytes
        .iter()
        .flat_map(|b| {
            [
                DIGITS[usize::from(b >> 4)] as char,
                DIGITS[usize::from(b & 15)] as char,
            ]
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys() -> Keys {
        Keys::new(&Secret::new("a secret of some length, for tests"))
    }

    fn pair() -> Pair {
        Pair::new(
            &keys(),
            1_000_041,
            "0123456789abcdef0123456789abcdef",
            1_000 * SECOND,
            30,
            365 * DAY,
        )
    }

    #[test]
    fn a_token_reads_back_until_it_expires() {
        let claims = keys().read(&pair().access, Kind::Access, 1_000 * SECOND).unwrap();
        assert_eq!(claims.user_id, 1_000_041);
        assert_eq!(claims.exp, 1_000 + 30 * 86_400);
        assert!(keys().read(&pair().access, Kind::Access, 31 * DAY).is_none());
    }

    #[test]
    fn a_view_says_whose_it_is_and_a_sign_in_says_nothing_of_views() {
        let view = Pair::of_view(&keys(), (8, 7), "a", 0, 30, DAY);
        for (token, kind) in [(&view.access, Kind::Access), (&view.refresh, Kind::Refresh)] {
            let claims = keys().read(token, kind, 0).unwrap();
            assert_eq!((claims.user_id, claims.act), (8, Some(7)));
            assert_eq!(claims.view, Some(View::Child));
            assert_eq!(claims.exp, 86_400, "no token outlives the session");
        }
        let payload = pair().access.split('.').nth(1).unwrap().to_owned();
        let payload = String::from_utf8(BASE64.decode(payload).unwrap()).unwrap();
        assert!(
            !payload.contains("act\":") && !payload.contains("view"),
            "{payload}"
        );
    }

    #[test]
    fn the_two_kinds_are_not_interchangeable() {
        assert!(keys().read(&pair().refresh, Kind::Access, 0).is_none());
        assert!(keys().read(&pair().access, Kind::Refresh, 0).is_none());
        assert!(keys().read(&pair().access, Kind::Admin, 0).is_none());
        let claims = keys().read(&pair().access, Kind::Access, 0).unwrap();
        let admin = keys().sign(&Claims {
            token_type: Kind::Admin,
            ..claims
        });
        assert!(keys().read(&admin, Kind::Admin, 0).is_some());
        assert!(
            [Kind::Access, Kind::Refresh, Kind::Console]
                .iter()
                .all(|kind| keys().read(&admin, *kind, 0).is_none())
        );
    }

    #[test]
    fn forged_tokens_are_refused() {
        let token = pair().access;
        let (signed, signature) = token.rsplit_once('.').unwrap();
        let (header, payload) = signed.split_once('.').unwrap();
        let none = BASE64.encode(r#"{"alg":"none","typ":"JWT"}"#);
        let other = Keys::new(&Secret::new("another secret of some length, too"));
        for forged in [
            format!("{none}.{payload}."),
            format!("{none}.{payload}.{signature}"),
            format!("{header}.{payload}."),
            format!("{header}.{}.{signature}", BASE64.encode(r#"{"user_id":1}"#)),
            other.sign(&keys().read(&token, Kind::Access, 0).unwrap()),
            "a.b".to_owned(),
            "demo-token".to_owned(),
            "x".repeat(5_000),
        ] {
            assert!(keys().read(&forged, Kind::Access, 0).is_none(), "{forged}");
        }
    }

    #[test]
    fn a_token_without_a_session_is_refused() {
        let claims = r#"{"token_type":"access","exp":99999999999,"iat":1,"jti":"x","user_id":7}"#;
        let signed = format!("{}.{}", BASE64.encode(HEADER), BASE64.encode(claims));
        let mut mac = keys().tokens.clone();
        mac.update(signed.as_bytes());
        let token = format!("{signed}.{}", BASE64.encode(mac.finalize().into_bytes()));
        assert!(keys().read(&token, Kind::Access, 0).is_none());
    }

    #[test]
    fn a_code_hash_is_bound_to_its_purpose_and_account() {
        let hash = keys().hash_code("verification", 1, "000123");
        assert_ne!(hash, keys().hash_code("password_reset", 1, "000123"));
        assert_ne!(hash, keys().hash_code("verification", 2, "000123"));
        assert_eq!(hash.len(), 64);
    }
}
