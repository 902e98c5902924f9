//! Repeatable chance: the small unevenness of a hand, from a seed.

/// A well mixed number for a point of an integer grid.
pub(super) fn hash(seed: u32, x: i32, y: i32) -> u32 {
    let mut h =
        seed ^ x.cast_unsigned().wrapping_mul(0x9E37_79B1) ^ y.cast_unsigned().wrapping_mul(0x85EB_CA77);
    h = (h ^ (h >> 15)).wrapping_mul(0x2C1B_3C6D);
    h = (h ^ (h >> 12)).wrapping_mul(0x297A_2D39);
    h ^ (h >> 15)
}

/// The same number as a fraction in `-1.0..=1.0`.
fn signed(seed: u32, x: i32, y: i32) -> f32 {
    let [low, high, ..] = hash(seed, x, y).to_le_bytes();
    f32::from(u16::from_le_bytes([low, high])) / 32_767.5 - 1.0
}

/// Smooth noise in `-1.0..=1.0`; neighbouring grid points are one unit apart.
pub(super) fn smooth(seed: u32, x: f32, y: f32) -> f32 {
    let (column, row) = (cell(x), cell(y));
    let (across, down) = (ease(x - x.floor()), ease(y - y.floor()));
    let mix = |from: f32, to: f32, by: f32| from + (to - from) * by;
    let top = mix(signed(seed, column, row), signed(seed, column + 1, row), across);
    let bottom = mix(
        signed(seed, column, row + 1),
        signed(seed, column + 1, row + 1),
        across,
    );
    mix(top, bottom, down)
}

fn ease(t: f32) -> f32 {
    t * t * (3.0 - 2.0 * t)
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "pictures are small, and `as` saturates"
)]
fn cell(value: f32) -> i32 {
    value.floor() as i32
}
