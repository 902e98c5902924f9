//! What scenes are made of. Each motif is a function that draws in its own units: at natural size a child stands
//! about 150 pixels tall. Things that stand have their origin where they touch the ground, things that hang or fly
//! have it in their middle. Whole backgrounds are drawn in pixels of the paper.

pub mod creatures;
pub mod face;
pub mod homes;
pub mod land;
pub mod people;
pub mod sky;
pub mod things;
