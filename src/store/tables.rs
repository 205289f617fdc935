//! Changes of tables, by intent. Each function answers the statements for [`super::Tx::define`].

use super::Column;

/// Makes a table with these columns in this order.
pub fn create_table(_name: &str, _columns: &[(&str, Column)]) -> String {
    todo!()
}

/// Removes a table with its indexes.
pub fn drop_table(_name: &str) -> String {
    todo!()
}

/// Renames a table.
pub fn rename_table(_from: &str, _to: &str) -> String {
    todo!()
}

/// Adds a column; rows that exist take its default.
pub fn add_column(_table: &str, _name: &str, _column: Column) -> String {
    todo!()
}

/// Renames a column.
pub fn rename_column(_table: &str, _from: &str, _to: &str) -> String {
    todo!()
}

/// Removes a column with its data.
pub fn drop_column(_table: &str, _name: &str) -> String {
    todo!()
}

/// Makes a text column a list: `''` becomes `[]`, a JSON array stays, any other value is the only element.
/// The column's place among the others may change.
pub fn change_to_list(_table: &str, _name: &str) -> String {
    todo!()
}

/// Makes a list column a text: the last element stays.
pub fn change_to_single(_table: &str, _name: &str) -> String {
    todo!()
}

/// Removes an index, if it is there.
pub fn drop_index(_name: &str) -> String {
    todo!()
}

/// Makes a plain index of ours (`_tb_…`) on one column, if it is not there.
pub fn create_plain_index(_name: &str, _table: &str, _column: &str) -> String {
    todo!()
}
