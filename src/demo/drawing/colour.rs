//! The box of crayons.

/// A colour, 8 bits each of red, green and blue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Colour(pub u8, pub u8, pub u8);

impl Colour {
    /// This colour with `share` (0 to 1) of another one mixed in.
    #[must_use]
    pub fn mixed(self, other: Self, share: f32) -> Self {
        let mix = |from: u8, to: u8| byte(f32::from(from) + (f32::from(to) - f32::from(from)) * share);
        Self(mix(self.0, other.0), mix(self.1, other.1), mix(self.2, other.2))
    }

    /// Towards ink, for outlines and shadows; `share` from 0 to 1.
    #[must_use]
    pub fn darker(self, share: f32) -> Self {
        self.mixed(INK, share)
    }

    /// Towards white; `share` from 0 to 1.
    #[must_use]
    pub fn lighter(self, share: f32) -> Self {
        self.mixed(WHITE, share)
    }
}

/// Rounds to the nearest of 0 to 255.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "`as` saturates, which is the clamp that is wanted"
)]
fn byte(value: f32) -> u8 {
    (value + 0.5) as u8
}

pub const WHITE: Colour = Colour(255, 255, 255);
pub const PAPER: Colour = Colour(255, 250, 238);
pub const CREAM: Colour = Colour(255, 240, 205);
pub const INK: Colour = Colour(52, 38, 58);
pub const STONE: Colour = Colour(150, 152, 166);
pub const SILVER: Colour = Colour(206, 212, 222);
pub const RED: Colour = Colour(230, 76, 72);
pub const CORAL: Colour = Colour(255, 132, 108);
pub const ORANGE: Colour = Colour(250, 156, 60);
pub const MANGO: Colour = Colour(255, 190, 62);
pub const SUN: Colour = Colour(255, 218, 84);
pub const LEMON: Colour = Colour(255, 240, 150);
pub const LIME: Colour = Colour(176, 214, 88);
pub const LEAF: Colour = Colour(108, 184, 96);
pub const FOREST: Colour = Colour(58, 132, 92);
pub const MINT: Colour = Colour(160, 224, 196);
pub const TEAL: Colour = Colour(46, 160, 168);
pub const SEA: Colour = Colour(74, 158, 214);
pub const SKY: Colour = Colour(152, 212, 246);
pub const BLUE: Colour = Colour(74, 112, 214);
pub const NIGHT: Colour = Colour(44, 48, 106);
pub const DUSK: Colour = Colour(108, 92, 172);
pub const LILAC: Colour = Colour(196, 168, 232);
pub const PLUM: Colour = Colour(142, 84, 164);
pub const PINK: Colour = Colour(255, 166, 188);
pub const ROSE: Colour = Colour(238, 104, 146);
pub const BROWN: Colour = Colour(140, 94, 66);
pub const WOOD: Colour = Colour(196, 142, 92);
pub const STRAW: Colour = Colour(228, 190, 110);
pub const SAND: Colour = Colour(248, 220, 166);
pub const EARTH: Colour = Colour(120, 84, 70);
pub const BLUSH: Colour = Colour(250, 128, 128);

/// Skin, from light to dark.
pub const PEACH: Colour = Colour(252, 212, 180);
pub const HONEY: Colour = Colour(232, 178, 130);
pub const CARAMEL: Colour = Colour(198, 138, 94);
pub const COCOA: Colour = Colour(154, 102, 76);
