//! A document as one HTML page that needs nothing else: pictures stand in it as SVG.

use super::{Block, Document, Table};

const STYLE: &str = "\
body{font:15px/1.5 system-ui,sans-serif;color:#22252b;background:#fff;max-width:960px;margin:2rem auto;padding:0 1rem}
h1{font-size:1.6rem}h2{font-size:1.25rem;margin-top:2.5rem;border-bottom:1px solid #e3e6ec}h3{font-size:1.05rem;margin-top:1.5rem}
.table{overflow-x:auto}table{border-collapse:collapse;font-variant-numeric:tabular-nums;font-size:13.5px;margin:.5rem 0}
th,td{padding:.25rem .7rem;text-align:right;border-bottom:1px solid #e3e6ec;white-space:nowrap}
th{border-bottom:2px solid #b9bec9}th:first-child,td:first-child{text-align:left}
figure{margin:1rem 0}figure svg{max-width:100%;height:auto}figcaption{color:#6b7280;font-size:13px}";

/// The page.
pub(super) fn html(document: &Document) -> String {
    let title = escaped(&document.title);
    let body: String = document.blocks.iter().map(written).collect();
    format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width\">\n<title>{title}</title>\n<style>\n{STYLE}\n</style>\n\
         </head>\n<body>\n<h1>{title}</h1>\n{body}</body>\n</html>\n"
    )
}

fn written(block: &Block) -> String {
    match block {
        Block::Heading(heading) => format!("<h2>{}</h2>\n", escaped(heading)),
        Block::Subheading(heading) => format!("<h3>{}</h3>\n", escaped(heading)),
        Block::Text(text) => format!("<p>{}</p>\n", escaped(text)),
        Block::List(items) => {
            let items: String = items.iter().map(|item| format!("<li>{}</li>\n", escaped(item))).collect();
            format!("<ul>\n{items}</ul>\n")
        }
        Block::Table(table) => written_table(table),
        Block::Figure(figure) => {
            let caption = escaped(&figure.caption);
            format!("<figure>\n{}<figcaption>{caption}</figcaption>\n</figure>\n", figure.drawing.to_svg())
        }
    }
}

fn written_table(table: &Table) -> String {
    let row = |cells: &[String], tag: &str| {
        let cells: String = cells.iter().map(|cell| format!("<{tag}>{}</{tag}>", escaped(cell))).collect();
        format!("<tr>{cells}</tr>\n")
    };
    let rows: String = table.rows.iter().map(|cells| row(cells, "td")).collect();
    format!("<div class=\"table\"><table>\n{}{rows}</table></div>\n", row(&table.heading, "th"))
}

/// Names come from files, and must not become markup.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_files_cannot_become_markup() {
        let mut document = Document::new("a < b".into());
        document.text("<script>alert(1)</script> & so on");
        let page = html(&document);
        assert!(page.contains("<title>a &lt; b</title>") && page.contains("&amp; so on"));
        assert!(!page.contains("<script"));
    }
}
