//! The digest of a model's file: a tensor of 32 bytes that lies last, the SHA-256 of all bytes before it.
//!
//! It covers the header too, with names, shapes, places and description, and every other tool still reads the file. SHA-256
//! rather than a faster checksum, since corpora and checkpoints are known by it, and any computer can work it out.

use safetensors::tensor::{Dtype, SafeTensors, TensorView};
use sha2::{Digest, Sha256};

use crate::file::ModelFileError;

/// The tensor's name.
pub(crate) const NAME: &str = "sha256";
/// Its length.
const BYTES: usize = 32;

/// The tensor before the digest is known. Tensors lie in order of their types' size, so that one of bytes comes after all
/// parameters.
pub(crate) fn blank() -> (String, TensorView<'static>) {
    let view = TensorView::new(Dtype::U8, vec![BYTES], &[0; BYTES]).expect("shape and bytes agree");
    (NAME.to_owned(), view)
}

/// Puts the digest in its place.
pub(crate) fn write(file: &mut [u8]) {
    let (before, place) = file.split_at_mut(file.len() - BYTES);
    place.copy_from_slice(&Sha256::digest(before));
}

/// Whether the file has a digest; an error where it is not that of its bytes.
pub(crate) fn check(file: &[u8], tensors: &SafeTensors<'_>) -> Result<bool, ModelFileError> {
    let Ok(view) = tensors.tensor(NAME) else { return Ok(false) };
    if view.dtype() != Dtype::U8 || view.shape() != [BYTES] {
        return Err(ModelFileError::Digest("its digest is no SHA-256: the file is damaged"));
    }
    let (before, digest) = file.split_at(file.len() - BYTES);
    if Sha256::digest(before)[..] != *digest {
        return Err(ModelFileError::Digest("its SHA-256 is not the one that it was written with: the file is damaged"));
    }
    Ok(true)
}
