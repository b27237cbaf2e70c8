//! Reading files whole, within limits.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

/// All of a file's bytes.
///
/// # Errors
/// [`io::ErrorKind::FileTooLarge`] for a file of more than `limit` bytes, of which no more than `limit + 1` are read: whatever
/// lies under a name, a device or a pipe too, it takes no more memory than that.
pub fn read_within(path: &Path, limit: usize) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    File::open(path)?.take((limit as u64).saturating_add(1)).read_to_end(&mut bytes)?;
    if bytes.len() > limit {
        let problem = format!("it has more than {limit} bytes; it is no file of its kind, or damaged");
        return Err(io::Error::new(io::ErrorKind::FileTooLarge, problem));
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_read_whole_or_refused() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("file");
        std::fs::write(&path, [7; 100]).unwrap();
        assert_eq!(read_within(&path, 100).unwrap(), [7; 100]);
        let refused = read_within(&path, 99).unwrap_err();
        assert!(refused.kind() == io::ErrorKind::FileTooLarge && refused.to_string().contains("99 bytes"), "{refused}");
    }

    #[cfg(unix)]
    #[test]
    fn what_has_no_end_is_refused() {
        assert!(read_within(Path::new("/dev/zero"), 1 << 16).is_err());
    }
}
