//! Names that repeat from file to file, kept once.

use std::collections::HashSet;
use std::sync::Arc;

/// Keeps one copy of each name, since sources and licences repeat from piece to piece.
#[derive(Debug, Default)]
pub(crate) struct Names {
    known: HashSet<Arc<str>>,
}

impl Names {
    /// The one copy of a name.
    pub(crate) fn share(&mut self, name: Option<impl AsRef<str> + Into<Arc<str>>>) -> Option<Arc<str>> {
        let name = name?;
        if let Some(known) = self.known.get(name.as_ref()) {
            return Some(Arc::clone(known));
        }
        let name = name.into();
        self.known.insert(Arc::clone(&name));
        Some(name)
    }
}
