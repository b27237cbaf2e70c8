//! Pictures on disk: the file's ending chooses the format.

use std::path::Path;

use anyhow::Result;

use super::drawing::Drawing;
use crate::failure::WrongUse;
use crate::files::write_whole;

/// A picture's format, as its file's ending says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PictureFormat {
    Svg,
    Png,
}

impl PictureFormat {
    /// The format for `path`. Anything but `.svg` and `.png` is wrong use: ask before the work is done.
    pub(crate) fn of(path: &Path) -> Result<Self> {
        let ending = path.extension().unwrap_or_default().to_string_lossy().to_lowercase();
        match ending.as_str() {
            "svg" => Ok(Self::Svg),
            "png" => Ok(Self::Png),
            _ => Err(WrongUse(format!("draw {}: its name must end in .svg or .png", path.display())).into()),
        }
    }
}

impl Drawing {
    /// Writes the picture, whole or not at all.
    pub(crate) fn save(&self, path: &Path) -> Result<()> {
        match PictureFormat::of(path)? {
            PictureFormat::Svg => write_whole(path, self.to_svg().as_bytes()),
            PictureFormat::Png => write_whole(path, &self.to_png()?),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ending_chooses_the_format() {
        assert_eq!(PictureFormat::of(Path::new("a/b.SVG")).unwrap(), PictureFormat::Svg);
        assert_eq!(PictureFormat::of(Path::new("b.png")).unwrap(), PictureFormat::Png);
        assert!(PictureFormat::of(Path::new("b.jpeg")).unwrap_err().is::<WrongUse>());
    }
}
