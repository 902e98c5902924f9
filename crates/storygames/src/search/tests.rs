use super::*;

fn letters(word: &str) -> Vec<char> {
    word.chars().collect()
}

#[test]
fn words_are_read_in_eight_directions() {
    let mut board = Board::new(3);
    board.cells = "CATOXYWZT".chars().map(Some).collect();
    let words = [
        letters("CAT"),
        letters("TAC"),
        letters("COW"),
        letters("CXT"),
        letters("DOG"),
    ];
    let found = scan::find(&board, words.iter().map(Vec::as_slice));
    let expected = [
        (0, vec![0, 1, 2]),
        (1, vec![2, 1, 0]),
        (2, vec![0, 3, 6]),
        (3, vec![0, 4, 8]),
    ];
    assert_eq!(found, expected);
}

#[test]
fn many_boards_hold_each_word_once_and_nothing_rude() {
    let words = ["KITE", "BASKET", "SISTER", "NIGHT", "STAR", "PIÑA"].map(letters);
    let forbidden = forbidden(&["star", "Zz"]);
    let hidden = &words[..4];
    for seed in 0..200 {
        let mut chance = Chance::new(seed, "test");
        let made = (0..TRIES).find_map(|_| {
            let mut board = Board::new(if seed % 2 == 0 { 8 } else { 10 });
            let placements = board::place(&mut board, hidden, directions(Difficulty::Hard), &mut chance)?;
            let board = fill::fill(board, &placements, &forbidden, Language::English, &mut chance)?;
            Some((board, placements))
        });
        let (board, placements) = made.expect("a clean board");
        assert!(board.cells.iter().all(Option::is_some));
        let found = scan::find(&board, hidden.iter().map(Vec::as_slice));
        let expected: Vec<_> = placements
            .iter()
            .enumerate()
            .filter_map(|(at, placement)| Some((at, board::cells(&board, placement)?)))
            .collect();
        assert_eq!(found, expected, "seed {seed}");
        assert!(
            scan::find(&board, forbidden.iter().map(Vec::as_slice)).is_empty(),
            "seed {seed}"
        );
    }
}

#[test]
fn words_that_hide_something_are_not_hidden() {
    let given = forbidden(&["Kulangot"]);
    assert!(given.contains(&letters("KULANGOT")));
    assert_eq!(words::capitals("piñata"), Some(letters("PIÑATA")));
    assert_eq!(words::capitals("café"), Some(letters("CAFE")));
    assert_eq!(words::capitals("mag-aral"), None);
    assert_eq!(words::capitals("кот"), None);
}
