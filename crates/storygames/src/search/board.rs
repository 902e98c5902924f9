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
        rows.map(|row| row.iter().map(|cell| cell.unwrap_or('A')).collect()).collect()
    }

    /// The cells from (row, column) on, if all of them are on the board.
    pub(super) fn line(&self, start: (usize, usize), step: (isize, isize), length: usize) -> Option<Vec<usize>> {
        let inside = |at: isize| usize::try_from(at).ok().filter(|at| *at < self.size);
        (0..length)
            .map(|by| {
                let row = inside(start.0 as isize + by as isize * step.0)?;
                let column = inside(start.1 as isize + by as isize * step.1)?;
                Some(row * self.size + column)
            })
            .collect()
    }
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
    let mut placed: Vec<(usize, Placement)> = Vec::new();
    for at in order {
        let word = &words[at];
        let mut best: Option<(i64, Placement)> = None;
        for row in 0..board.size {
            for column in 0..board.size {
                for &direction in directions {
                    let placement = Placement {
                        word: word.iter().collect(),
                        row,
                        column,
                        direction,
                    };
                    let Some(score) = score(board, word, &placement, &placed) else {
                        continue;
                    };
                    let score = score * 16 + i64::try_from(chance.below(64)).unwrap_or(0);
                    if best.as_ref().is_none_or(|(other, _)| score > *other) {
                        best = Some((score, placement));
                    }
                }
            }
        }
        let (_, placement) = best?;
        for (cell, letter) in cells(board, &placement)?.into_iter().zip(word) {
            board.cells[cell] = Some(*letter);
        }
        placed.push((at, placement));
    }
    placed.sort_by_key(|(at, _)| *at);
    Some(placed.into_iter().map(|(_, placement)| placement).collect())
}

/// The cells of a word.
pub(super) fn cells(board: &Board, placement: &Placement) -> Option<Vec<usize>> {
    let start = (placement.row, placement.column);
    board.line(start, placement.direction.step(), placement.word.chars().count())
}

/// How good a place is. None if it is off the board, or another word is in the way or would run along the same line.
fn score(board: &Board, word: &[char], placement: &Placement, placed: &[(usize, Placement)]) -> Option<i64> {
    let cells = cells(board, placement)?;
    let mut crossings = 0;
    for (cell, letter) in cells.iter().zip(word) {
        match board.cells[*cell] {
            Some(other) if other == *letter => crossings += 1,
            Some(_) => return None,
            None => {}
        }
    }
    let mut same = 0;
    let mut near = 0;
    for (_, other) in placed {
        let others = self::cells(board, other)?;
        let shared = cells.iter().filter(|cell| others.contains(cell)).count();
        if shared > 1 || (shared == 1 && other.direction == placement.direction) {
            return None;
        }
        same += i64::from(other.direction == placement.direction);
        near += i64::from(other.row.abs_diff(placement.row) <= 1 && other.column.abs_diff(placement.column) <= 1);
    }
    Some(3 * i64::min(crossings, 2) - 4 * same - 3 * near)
}
