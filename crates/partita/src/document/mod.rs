//! A report as a list of headings, texts, tables and pictures, written as Markdown and as one page of HTML; its findings read back.

pub(crate) mod cells;
mod html;
mod markdown;
pub(crate) mod saved;

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::files::write_whole;
use crate::plot::Drawing;

/// The whole report.
pub(crate) struct Document {
    pub(crate) title: String,
    pub(crate) blocks: Vec<Block>,
}

/// One part of it.
pub(crate) enum Block {
    Heading(String),
    Subheading(String),
    Text(String),
    List(Vec<String>),
    Table(Table),
    Figure(Figure),
}

/// A table; the first column holds names, the others figures.
pub(crate) struct Table {
    pub(crate) heading: Vec<String>,
    pub(crate) rows: Vec<Vec<String>>,
}

/// A picture with its file's name (without ending) and what it shows.
pub(crate) struct Figure {
    pub(crate) name: String,
    pub(crate) caption: String,
    pub(crate) drawing: Drawing,
}

impl Document {
    /// An empty report.
    pub(crate) fn new(title: String) -> Self {
        Self { title, blocks: Vec::new() }
    }

    /// Writes `NAME.md`, with its pictures in a folder beside it, and `NAME.html`; gives the paths of both.
    pub(crate) fn save(&self, folder: &Path, name: &str) -> Result<[PathBuf; 2]> {
        let pictures = folder.join(markdown::FIGURES);
        fs::create_dir_all(&pictures).with_context(|| format!("make {}", pictures.display()))?;
        for block in &self.blocks {
            if let Block::Figure(figure) = block {
                figure.drawing.save(&pictures.join(&figure.name).with_extension("svg"))?;
            }
        }
        let paths = ["md", "html"].map(|ending| folder.join(name).with_extension(ending));
        write_whole(&paths[0], markdown::markdown(self).as_bytes())?;
        write_whole(&paths[1], html::html(self).as_bytes())?;
        Ok(paths)
    }

    pub(crate) fn heading(&mut self, text: impl Into<String>) {
        self.blocks.push(Block::Heading(text.into()));
    }

    pub(crate) fn subheading(&mut self, text: impl Into<String>) {
        self.blocks.push(Block::Subheading(text.into()));
    }

    pub(crate) fn text(&mut self, text: impl Into<String>) {
        self.blocks.push(Block::Text(text.into()));
    }

    /// A list; nothing where it is empty.
    pub(crate) fn list(&mut self, items: Vec<String>) {
        if !items.is_empty() {
            self.blocks.push(Block::List(items));
        }
    }

    /// A table; nothing where it has no rows.
    pub(crate) fn table(&mut self, heading: Vec<String>, rows: Vec<Vec<String>>) {
        if !rows.is_empty() {
            self.blocks.push(Block::Table(Table { heading, rows }));
        }
    }

    pub(crate) fn figure(&mut self, name: impl Into<String>, caption: impl Into<String>, drawing: Drawing) {
        self.blocks.push(Block::Figure(Figure { name: name.into(), caption: caption.into(), drawing }));
    }
}
