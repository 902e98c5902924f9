pub fn password(_a: u64, _b: u64) -> String {
    String::new()
}
