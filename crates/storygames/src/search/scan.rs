//! Reading a board in all eight directions.

use super::board::Board;

const AROUND: [(isize, isize); 8] = [
    (0, 1),
    (1, 1),
    (1, 0),
    (1, -1),
    (0, -1),
    (-1, -1),
    (-1, 0),
    (-1, 1),
];

/// Every place where one of the words can be read: which word, and its cells in the order of reading.
pub(super) fn find<'w>(
    board: &Board,
    words: impl Iterator<Item = &'w [char]> + Clone,
) -> Vec<(usize, Vec<usize>)> {
    let mut found = Vec::new();
    for (at, word) in words.enumerate() {
        let Some(first) = word.first() else {
            continue;
        };
        for start in 0..board.cells.len() {
            if board.cells[start] != Some(*first) {
                continue;
            }
            let from = (start / board.size, start % board.size);
            for step in AROUND {
                if let Some(cells) = read(board, from, step, word) {
                    found.push((at, cells));
                }
            }
        }
    }
    found
}

/// The cells of a word that can be read from here in one direction.
fn read(board: &Board, from: (usize, usize), step: (isize, isize), word: &[char]) -> Option<Vec<usize>> {
    let (mut row, mut column) = from;
    for (at, letter) in word.iter().enumerate() {
        if at > 0 {
            row = row.checked_add_signed(step.0).filter(|row| *row < board.size)?;
            column = column
                .checked_add_signed(step.1)
                .filter(|column| *column < board.size)?;
        }
        if board.cells[row * board.size + column] != Some(*letter) {
            return None;
        }
    }
    board.line(from, step, word.len())
}
