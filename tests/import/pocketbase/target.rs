//! Where it is taken over to.

use super::{House, run};

#[test]
fn a_directory_with_something_in_it_is_refused() {
    let house = House::real();
    std::fs::create_dir(house.dir()).unwrap();
    std::fs::write(house.dir().join("notes.txt"), "mine").unwrap();
    house.import(&[]).failed().complains("is not empty (notes.txt is in it)");
    std::fs::remove_file(house.dir().join("notes.txt")).unwrap();
    std::fs::write(house.dir().join("lock"), "").unwrap();
    house.import(&[]).went_well();
    house.import(&[]).failed().complains("There is a database in data already");
    house.import(&["--dry-run"]).failed().complains("There is a database in data already");
    // Into itself, and below.
    run(house.root(), &["import", "pocketbase", "pb_data", "--dir", "pb_data/storage/new"], &[])
        .failed()
        .complains("lies in the directory that is taken over");
    run(house.root(), &["import", "pocketbase", "pb_data", "--dir", "pb_data"], &[])
        .failed()
        .complains("There is a database in pb_data already");
}

#[test]
fn a_dry_run_writes_nothing() {
    let house = House::real();
    house
        .import(&["--dry-run"])
        .went_well()
        .says("users (auth), 3 records")
        .says("view1 (view)")
        .says("54 files, 29.92 KiB");
    assert!(!house.dir().exists());
}

#[test]
fn a_server_on_the_old_directory_says_what_to_run() {
    let house = House::real();
    let said = run(house.root(), &["serve", "--dir", "pb_data", "--http", "127.0.0.1:0"], &[]);
    said.failed().complains("is a PocketBase database").complains("tuckbox import pocketbase DIR --dir TARGET");
}
