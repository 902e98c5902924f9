//! What a story file draws with.

pub(super) use super::{Comment, Page, Story};
pub(super) use crate::demo::drawing::colour::*;
pub(super) use crate::demo::drawing::motifs::creatures::*;
pub(super) use crate::demo::drawing::motifs::face::{Mood, face};
pub(super) use crate::demo::drawing::motifs::people::{Hair, Person, Pose, SOMEBODY};
pub(super) use crate::demo::drawing::motifs::{homes, land, sky, things};
pub(super) use crate::demo::drawing::{Crayon, Shape, at};
