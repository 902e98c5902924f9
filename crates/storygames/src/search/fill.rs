//! The letters around the words: such as the language has, none of which makes a second word or a rude one.

use super::board::{self, Board};
use super::scan;
use crate::chance::Chance;
use crate::game::{Language, Placement};

/// Letters as often as they stand in texts, about.
const ENGLISH: &str = "EEEEEEAAAAAOOOOIIIINNNNRRRRTTTTSSSSLLLDDDGGHHUUCCMMPPBBFFWWYYKVJ";
const TAGALOG: &str = "AAAAAAAAAAANNNNNNGGGGGIIIIISSSSLLLLTTTTOOOOUUUMMMKKKPPPBBBYYDDWWHHRRE";
/// Times that the board is read again. Each one changes every offending place; two or three do.
const ROUNDS: usize = 60;

/// Fills the empty cells. None if what offends is in the words themselves, or does not go away.
pub(super) fn fill(
    mut board: Board,
    placements: &[Placement],
    forbidden: &[Vec<char>],
    language: Language,
    chance: &mut Chance,
) -> Option<Board> {
    let letters: Vec<char> = match language {
        Language::English => ENGLISH.chars().collect(),
        Language::Tagalog => TAGALOG.chars().collect(),
    };
    let free: Vec<bool> = board.cells.iter().map(Option::is_none).collect();
    for cell in &mut board.cells {
        if cell.is_none() {
            *cell = chance.pick(&letters).copied();
        }
    }
    let words: Vec<Vec<char>> = placements
        .iter()
        .map(|placement| placement.word.chars().collect())
        .collect();
    for _ in 0..ROUNDS {
        let offending = offending(&board, placements, &words, forbidden);
        if offending.is_empty() {
            return Some(board);
        }
        for cells in offending {
            let mut changeable: Vec<usize> = cells.into_iter().filter(|cell| free[*cell]).collect();
            chance.shuffle(&mut changeable);
            let cell = *changeable.first()?;
            board.cells[cell] = chance.pick(&letters).copied();
        }
    }
    None
}

/// The cells of everything that must not be read: rude words, and words of the list anywhere but in their place.
fn offending(
    board: &Board,
    placements: &[Placement],
    words: &[Vec<char>],
    forbidden: &[Vec<char>],
) -> Vec<Vec<usize>> {
    let listed = scan::find(board, words.iter().map(Vec::as_slice));
    let second = listed.into_iter().filter(|(word, cells)| {
        let place = placements
            .get(*word)
            .and_then(|placement| board::cells(board, placement));
        place.as_ref() != Some(cells)
    });
    let rude = scan::find(board, forbidden.iter().map(Vec::as_slice));
    second.chain(rude).map(|(_, cells)| cells).collect()
}
