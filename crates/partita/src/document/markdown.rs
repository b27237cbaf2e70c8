//! A document as Markdown, its pictures in files beside it.

use super::{Block, Document, Table};

/// The folder of the pictures, beside the text.
pub(super) const FIGURES: &str = "figures";

/// The text of the document.
pub(super) fn markdown(document: &Document) -> String {
    let mut text = format!("# {}\n", document.title);
    for block in &document.blocks {
        text.push('\n');
        text.push_str(&written(block));
    }
    text
}

fn written(block: &Block) -> String {
    match block {
        Block::Heading(heading) => format!("## {heading}\n"),
        Block::Subheading(heading) => format!("### {heading}\n"),
        Block::Text(text) => format!("{text}\n"),
        Block::List(items) => items.iter().map(|item| format!("- {item}\n")).collect(),
        Block::Table(table) => written_table(table),
        Block::Figure(figure) => format!("![{}]({FIGURES}/{}.svg)\n", figure.caption, figure.name),
    }
}

fn written_table(table: &Table) -> String {
    let row = |cells: &[String]| {
        let cells: Vec<String> = cells.iter().map(|cell| cell.replace('|', "\\|")).collect();
        format!("| {} |\n", cells.join(" | "))
    };
    let rule: Vec<String> =
        (0..table.heading.len()).map(|n| if n == 0 { "---".into() } else { "--:".into() }).collect();
    let rows: String = table.rows.iter().map(|cells| row(cells)).collect();
    row(&table.heading) + &row(&rule) + &rows
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_and_lists_are_those_of_markdown() {
        let mut document = Document::new("T".into());
        document.heading("H");
        document.list(vec!["a".into(), "b".into()]);
        document.table(vec!["set".into(), "FAD".into()], vec![vec!["x|y".into(), "1".into()]]);
        document.table(vec!["empty".into()], vec![]);
        assert_eq!(markdown(&document), "# T\n\n## H\n\n- a\n- b\n\n| set | FAD |\n| --- | --: |\n| x\\|y | 1 |\n");
    }
}
