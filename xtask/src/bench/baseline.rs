//! The old server's figures, and the clock that carries them to another machine.
//!
//! They were measured on the old Django server in a memory cgroup of 512 MB, with 1,000 stories of which a fifth was
//! hand-drawn and its own client's calls: CPU milliseconds of the server's process per request, the least noisy base for a
//! ratio. On that machine a PBKDF2-SHA256 of 600,000 rounds (this same code) took 97 ms, one SHA extension in use.

use std::hint::black_box;
use std::time::Duration;

use rustix::time::{ClockId, clock_gettime};

/// Rounds of Django's password hash in its versions from 4.2.
pub(super) const ROUNDS: u32 = 600_000;
/// What they took on the machine of the old figures.
pub(super) const PBKDF2_THERE: Duration = Duration::from_millis(97);

/// What one call cost the old server, and how much less it must cost here.
#[derive(Debug)]
pub(super) struct Old {
    pub(super) call: &'static str,
    /// CPU milliseconds per request on the machine of the old figures.
    pub(super) cpu: f64,
    /// The ratio that must be reached.
    pub(super) gate: f64,
    /// The ratio to aim for.
    pub(super) stretch: f64,
}

/// The old detail always carried its drawings, so both of ours stand against the one old figure.
pub(super) const OLD: [Old; 6] = [
    Old {
        call: "library list of 100",
        cpu: 767.0,
        gate: 500.0,
        stretch: 2000.0,
    },
    Old {
        call: "list of 12",
        cpu: 94.0,
        gate: 200.0,
        stretch: 500.0,
    },
    Old {
        call: "detail, pictures as URLs",
        cpu: 21.0,
        gate: 80.0,
        stretch: 150.0,
    },
    Old {
        call: "detail, 0.9 MB drawn",
        cpu: 21.0,
        gate: 20.0,
        stretch: 40.0,
    },
    Old {
        call: "rewards",
        cpu: 8.8,
        gate: 80.0,
        stretch: 150.0,
    },
    Old {
        call: "sign-in",
        cpu: 206.0,
        gate: 4.0,
        stretch: 6.0,
    },
];

/// What the 600,000 rounds take here, in CPU time, like all figures that it scales: the best of five.
pub(super) fn time_pbkdf2() -> Duration {
    let once = || {
        let began = cpu_time();
        black_box(pbkdf2_sha256(
            black_box(b"correct horse"),
            b"battery staple",
            ROUNDS,
        ));
        cpu_time().saturating_sub(began)
    };
    (0..5)
        .map(|_| once())
        .min()
        .expect("five runs have a shortest one")
}

/// CPU time of this thread since it began.
pub(super) fn cpu_time() -> Duration {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    Duration::try_from(time).expect("CPU time is never negative")
}

fn pbkdf2_sha256(password: &[u8], salt: &[u8], rounds: u32) -> [u8; 32] {
    let mut key = [0; 32];
    pbkdf2::pbkdf2_hmac::<sha2::Sha256>(password, salt, rounds, &mut key);
    key
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The first 32 bytes of RFC 7914's first test vector, section 11.
    #[test]
    fn it_is_pbkdf2() {
        let key = pbkdf2_sha256(b"passwd", b"salt", 1);
        assert_eq!(key[..8], [0x55, 0xac, 0x04, 0x6e, 0x56, 0xe3, 0x08, 0x9f]);
        assert_eq!(key[28..], [0xc2, 0x0d, 0xac, 0xbc]);
    }
}
