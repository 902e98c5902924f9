//! What stories cost: indexes for what a deletion looks up, limits, and looks that write nothing.

use database::Dialect;

use crate::support::World;

#[test]
fn every_reference_can_be_followed_backwards_by_an_index() {
    let world = World::new();
    let unindexed: Vec<String> = world.sql(|conn| {
        if conn.dialect() != Dialect::Sqlite {
            return Ok(Vec::new());
        }
        let rows = conn.query(
            "SELECT t.name || '.' || f.\"from\"
             FROM pragma_table_list t, pragma_foreign_key_list(t.name) f
             WHERE NOT EXISTS (SELECT 1 FROM pragma_table_info(t.name) c WHERE c.name = f.\"from\" AND c.pk = 1)
               AND NOT EXISTS (
                   SELECT 1 FROM pragma_index_list(t.name) i, pragma_index_info(i.name) c
                   WHERE c.seqno = 0 AND c.name = f.\"from\" AND NOT i.partial)",
            &[],
        )?;
        rows.into_iter().map(|mut row| row.take()).collect()
    });
    assert_eq!(unindexed, [""; 0], "a deletion scans these");
}
