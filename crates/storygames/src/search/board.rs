//! The square of letters, and where words go on it.

use crate::chance::Chance;
use crate::game::{Direction, Placement};

/// A square of cells; an empty one holds no letter yet.
pub(super) struct Board {
    pub(super) size: usize,
    pub(super) cells: Vec<Option<char>>,
}

impl Board {
    pub(super) fn new(size: usize) -> Self {
        Self {
            size,
            cells: vec![None; size * size],
        }
    }

    /// The rows as texts.
    pub(super) fn rows(&self) -> Vec<String> {
        let rows = self.cells.chunks(self.size.max(1));
        rows.map(|row| row.iter().map(|cell| cell.unwrap_or('A')).collect())
            .collect()
    }

    /// The cells from (row, column) on, if all of them are on the board.
    pub(super) fn line(
        &self,
        start: (usize, usize),
        step: (isize, isize),
        length: usize,
    ) -> Option<Vec<usize>> {
        let after = |from: usize, step: isize, by: usize| {
            let to = from as isize + step * by as isize;
            usize::try_from(to).ok().filter(|to| *to < self.size)
        };
        let last = length.checked_sub(1)?;
        after(start.0, step.0, last)?;
        after(start.1, step.1, last)?;
        (0..length)
            .map(|by| Some(after(start.0, step.0, by)? * self.size + after(start.1, step.1, by)?))
            .collect()
    }
}

/// A word on the board.
struct Placed {
    word: usize,
    start: (usize, usize),
    direction: Direction,
    cells: Vec<usize>,
}

/// Puts every word where it crosses others and where the board is still free. None if one finds no place.
pub(super) fn place(
    board: &mut Board,
    words: &[Vec<char>],
    directions: &[Direction],
    chance: &mut Chance,
) -> Option<Vec<Placement>> {
    let mut order: Vec<usize> = (0..words.len()).collect();
    order.sort_by_key(|word| std::cmp::Reverse(words[*word].len()));
    let mut placed: Vec<Placed> = Vec::new();
    for word in order {
        let letters = &words[word];
        let mut best: Option<(i64, Placed)> = None;
        for start in (0..board.size).flat_map(|row| (0..board.size).map(move |column| (row, column))) {
            for &direction in directions {
                let Some(cells) = board.line(start, direction.step(), letters.len()) else {
                    continue;
                };
                let candidate = Placed {
                    word,
                    start,
                    direction,
                    cells,
                };
                let Some(score) = score(board, letters, &candidate, &placed) else {
                    continue;
                };
                let score = score * 16 + i64::try_from(chance.below(64)).unwrap_or(0);
                if best.as_ref().is_none_or(|(other, _)| score > *other) {
                    best = Some((score, candidate));
                }
            }
        }
        let (_, best) = best?;
        for (cell, letter) in best.cells.iter().zip(letters) {
            board.cells[*cell] = Some(*letter);
        }
        placed.push(best);
    }
    placed.sort_by_key(|placed| placed.word);
    let placement = |placed: Placed| Placement {
        word: words[placed.word].iter().collect(),
        row: placed.start.0,
        column: placed.start.1,
        direction: placed.direction,
    };
    Some(placed.into_iter().map(placement).collect())
}

/// The cells of a word.
pub(super) fn cells(board: &Board, placement: &Placement) -> Option<Vec<usize>> {
    let start = (placement.row, placement.column);
    board.line(start, placement.direction.step(), placement.word.chars().count())
}

/// How good a place is. None if another word is in the way or would run along the same line.
fn score(board: &Board, letters: &[char], candidate: &Placed, placed: &[Placed]) -> Option<i64> {
    let mut crossings = 0;
    for (cell, letter) in candidate.cells.iter().zip(letters) {
        match board.cells[*cell] {
            Some(other) if other == *letter => crossings += 1,
            Some(_) => return None,
            None => {}
        }
    }
    let mut same = 0;
    let mut near = 0;
    for other in placed {
        let shared = candidate
            .cells
            .iter()
            .filter(|cell| other.cells.contains(cell))
            .count();
        let parallel = other.direction == candidate.direction;
        if shared > 1 || (shared == 1 && parallel) {
            return None;
        }
        let (rows, columns) = (
            other.start.0.abs_diff(candidate.start.0),
            other.start.1.abs_diff(candidate.start.1),
        );
        same += i64::from(parallel);
        near += i64::from(rows <= 1 && columns <= 1);
    }
    Some(3 * i64::min(crossings, 2) - 4 * same - 3 * near)
}
