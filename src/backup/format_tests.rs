//! Tests of the form of a backup.

use std::io::Cursor;

use proptest::prelude::*;

use super::*;

fn header() -> Header {
    Header::new(2, "sqlite", "2026-03-04T05:06:07Z".to_owned())
}

fn table(name: &str) -> Table {
    Table {
        table: name.to_owned(),
        columns: ["a", "b"].map(str::to_owned).to_vec(),
        last_id: Some(7),
    }
}

fn value(cell: &Cell) -> Value<'_> {
    database::ToValue::value(cell)
}

fn write(rows: &[[Cell; 2]]) -> Vec<u8> {
    let mut writer = Writer::new(Vec::new(), &header()).unwrap();
    writer.table(&table("empty")).unwrap();
    writer.table(&table("full")).unwrap();
    for row in rows {
        writer.row(&row.each_ref().map(value)).unwrap();
    }
    let (counts, bytes) = writer.finish().unwrap();
    assert_eq!(counts["full"], rows.len() as u64);
    bytes
}

fn read(bytes: &[u8]) -> Result<(Header, Vec<Vec<Cell>>), Fault> {
    let (header, mut reader) = Reader::new(Cursor::new(bytes))?;
    let mut rows = Vec::new();
    let mut columns = 0;
    loop {
        match reader.read()? {
            Item::Table(table) => columns = table.columns.len(),
            Item::Row(line) => rows.push(cells(line, columns)?),
            Item::End(counts) => {
                assert_eq!(counts["empty"], 0);
                return Ok((header, rows));
            }
        }
    }
}

fn cell() -> impl Strategy<Value = Cell> {
    prop_oneof![
        Just(Cell::Null),
        any::<bool>().prop_map(Cell::Bool),
        any::<i64>().prop_map(Cell::Int),
        any::<f64>()
            .prop_filter("a number", |n| !n.is_nan())
            .prop_map(Cell::Float),
        any::<String>().prop_map(Cell::Text),
        any::<Vec<u8>>().prop_map(Cell::Bytes),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_written_is_read(rows in prop::collection::vec([cell(), cell()], 0..20)) {
        let (found, cells) = read(&write(&rows)).unwrap();
        prop_assert_eq!(found, header());
        let rows: Vec<Vec<Cell>> = rows.into_iter().map(Vec::from).collect();
        prop_assert_eq!(cells, rows);
    }

    #[test]
    fn no_change_goes_unnoticed(rows in prop::collection::vec([cell(), cell()], 0..5), place: prop::sample::Index, bit in 0..8_u8, cut: bool) {
        let mut bytes = write(&rows);
        let place = place.index(bytes.len());
        if cut {
            bytes.truncate(place);
        } else {
            bytes[place] ^= 1 << bit;
        }
        prop_assert!(read(&bytes).is_err());
    }
}

#[test]
fn a_newer_form_and_strange_lines_are_refused() {
    let bytes = String::from_utf8(write(&[])).unwrap();
    let newer = bytes.replace("\"tinytales_backup\":1", "\"tinytales_backup\":2");
    assert!(matches!(read(newer.as_bytes()), Err(Fault::Newer(2))));
    assert!(matches!(read(b"PK\x03\x04"), Err(Fault::Damaged(_))));
    assert!(matches!(read(b""), Err(Fault::Damaged(_))));
    let more = format!("{bytes}{{}}\n");
    assert!(matches!(
        read(more.as_bytes()),
        Err(Fault::Damaged("something follows its end"))
    ));
    for row in [
        "[1]",
        "[1,2,3]",
        "[1,[]]",
        "[1,{\"b64\":\"?\"}]",
        "[1,1e3]",
        "[1,2] 3",
    ] {
        assert!(cells(row.as_bytes(), 2).is_err(), "{row}");
    }
}
