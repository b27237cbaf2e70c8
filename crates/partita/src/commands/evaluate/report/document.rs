//! A report as a list of headings, texts, tables and pictures, which [`super::markdown`] and [`super::html`] write.

use crate::plot::Drawing;

/// The whole report.
pub(super) struct Document {
    pub(super) title: String,
    pub(super) blocks: Vec<Block>,
}

/// One part of it.
pub(super) enum Block {
    Heading(String),
    Subheading(String),
    Text(String),
    List(Vec<String>),
    Table(Table),
    Figure(Figure),
}

/// A table; the first column holds names, the others figures.
pub(super) struct Table {
    pub(super) heading: Vec<String>,
    pub(super) rows: Vec<Vec<String>>,
}

/// A picture with its file's name (without ending) and what it shows.
pub(super) struct Figure {
    pub(super) name: String,
    pub(super) caption: String,
    pub(super) drawing: Drawing,
}

impl Document {
    pub(super) fn heading(&mut self, text: impl Into<String>) {
        self.blocks.push(Block::Heading(text.into()));
    }

    pub(super) fn subheading(&mut self, text: impl Into<String>) {
        self.blocks.push(Block::Subheading(text.into()));
    }

    pub(super) fn text(&mut self, text: impl Into<String>) {
        self.blocks.push(Block::Text(text.into()));
    }

    /// A list; nothing where it is empty.
    pub(super) fn list(&mut self, items: Vec<String>) {
        if !items.is_empty() {
            self.blocks.push(Block::List(items));
        }
    }

    /// A table; nothing where it has no rows.
    pub(super) fn table(&mut self, heading: Vec<String>, rows: Vec<Vec<String>>) {
        if !rows.is_empty() {
            self.blocks.push(Block::Table(Table { heading, rows }));
        }
    }

    pub(super) fn figure(&mut self, name: impl Into<String>, caption: impl Into<String>, drawing: Drawing) {
        self.blocks.push(Block::Figure(Figure { name: name.into(), caption: caption.into(), drawing }));
    }
}
