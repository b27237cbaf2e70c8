//! Tables and numbers for people.

use std::fmt::{self, Display};

use comfy_table::{CellAlignment, ContentArrangement, LineStyle, Table, TableStyle};

/// Rules above, below and under the heading; nothing between rows.
const RULED: TableStyle = TableStyle::new()
    .top_border(LineStyle::new('─', '─', '─', '─'))
    .header_separator(LineStyle::new('─', '─', '─', '─'))
    .bottom_border(LineStyle::new('─', '─', '─', '─'));

/// Letters of a text in a table; longer ones are shortened, and the JSON document has them whole.
const CELL_LETTERS_MAX: usize = 44;

/// A table with a heading; the first `left` columns are texts, the others numbers that stand to the right.
pub(crate) fn table<const N: usize>(heading: [&str; N], left: usize, rows: Vec<[String; N]>) -> Table {
    let mut table = Table::new();
    table.load_style(RULED).set_content_arrangement(ContentArrangement::Disabled);
    table.set_header(heading);
    for row in rows {
        table.add_row(row.iter().map(|cell| shortened(printable(cell))));
    }
    for column in table.column_iter_mut().skip(left) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    table
}

/// Lines of `name  value`, aligned; those with an empty value are left out.
pub(crate) fn write_facts(f: &mut fmt::Formatter<'_>, facts: &[(&str, String)]) -> fmt::Result {
    let width = facts.iter().map(|(name, _)| name.chars().count()).max().unwrap_or(0);
    for (name, value) in facts.iter().filter(|(_, value)| !value.is_empty()) {
        writeln!(f, "{name:width$}  {}", printable(value))?;
    }
    Ok(())
}

/// `text` without control characters: names come from files, and an escape sequence could rewrite the terminal.
pub(crate) fn printable(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect::<String>().trim().to_owned()
}

fn shortened(text: String) -> String {
    match text.char_indices().nth(CELL_LETTERS_MAX) {
        None => text,
        Some(_) => text.chars().take(CELL_LETTERS_MAX - 1).chain(['…']).collect(),
    }
}

/// A whole number with its thousands set apart.
pub(crate) fn count(number: impl TryInto<u64>) -> String {
    let digits = number.try_into().map_or_else(|_| "?".to_owned(), |number| number.to_string());
    let mut grouped = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

/// A number with `decimals` decimals; `–` where there is none.
pub(crate) fn decimal(number: Option<f64>, decimals: usize) -> String {
    number.map_or_else(|| "–".to_owned(), |number| format!("{number:.decimals$}"))
}

/// `part` of `whole` in per cent.
pub(crate) fn percent(part: u64, whole: u64) -> String {
    if whole == 0 { "–".to_owned() } else { format!("{:.1} %", 100.0 * part as f64 / whole as f64) }
}

/// The value's text, or nothing.
pub(crate) fn optional<T: Display>(value: Option<T>) -> String {
    value.map(|value| value.to_string()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_stand_apart() {
        assert_eq!(count(0_u64), "0");
        assert_eq!(count(999_u32), "999");
        assert_eq!(count(51_365_689_usize), "51,365,689");
    }

    #[test]
    fn escape_sequences_of_files_stay_out_of_the_terminal() {
        let table = table(["name", "notes"], 1, vec![["\u{1b}[31mred\u{7}".into(), "3".into()]]);
        assert!(!table.to_string().contains('\u{1b}'));
    }

    #[test]
    fn long_names_are_shortened_between_letters() {
        assert_eq!(shortened("ü".repeat(44)), "ü".repeat(44));
        assert_eq!(shortened("ü".repeat(45)), "ü".repeat(43) + "…");
    }

    #[test]
    fn shares_and_missing_numbers() {
        assert_eq!(percent(1, 8), "12.5 %");
        assert_eq!(percent(0, 0), "–");
        assert_eq!(decimal(None, 1), "–");
        assert_eq!(decimal(Some(2.25), 1), "2.2");
    }
}
