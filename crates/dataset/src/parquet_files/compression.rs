//! Pages, decompressed without a C library, into no more memory than they say and may say.

use super::Unreadable;
use parquet::basic::Compression;
use std::io::Read;

/// Snappy makes of a byte at most 64 / 3 bytes, LZ4 at most 255.
const SNAPPY_RATIO_MAX: usize = 32;
const LZ4_RATIO_MAX: usize = 256;

/// Decompresses a page that is said to have `bytes` bytes, and has.
pub(super) fn decompress(codec: Compression, page: &[u8], bytes: usize) -> Result<Vec<u8>, Unreadable> {
    let out = match codec {
        Compression::UNCOMPRESSED => page.to_vec(),
        Compression::SNAPPY => {
            check_ratio(page.len(), bytes, SNAPPY_RATIO_MAX)?;
            let stated = snap::raw::decompress_len(page).map_err(damaged)?;
            if stated != bytes {
                return Err(wrong_size(stated, bytes));
            }
            snap::raw::Decoder::new().decompress_vec(page).map_err(damaged)?
        }
        Compression::LZ4_RAW => {
            check_ratio(page.len(), bytes, LZ4_RATIO_MAX)?;
            lz4_flex::block::decompress(page, bytes).map_err(damaged)?
        }
        Compression::GZIP(_) => read(flate2::read::MultiGzDecoder::new(page), bytes)?,
        Compression::ZSTD(_) => {
            let decoder = ruzstd::decoding::StreamingDecoder::new(page).map_err(damaged)?;
            read(decoder, bytes)?
        }
        other => {
            return Err(Unreadable(format!(
                "it is compressed with {other}, which is not read here: write it with snappy, zstd or gzip"
            )));
        }
    };
    if out.len() == bytes { Ok(out) } else { Err(wrong_size(out.len(), bytes)) }
}

/// Memory grows with what comes, not with what was said to come.
fn read(decoder: impl Read, bytes: usize) -> Result<Vec<u8>, Unreadable> {
    let mut out = Vec::new();
    decoder.take(bytes as u64 + 1).read_to_end(&mut out).map_err(damaged)?;
    Ok(out)
}

fn check_ratio(page: usize, bytes: usize, ratio: usize) -> Result<(), Unreadable> {
    if bytes / ratio <= page {
        Ok(())
    } else {
        Err(Unreadable(format!("a page of {page} bytes claims to hold {bytes}")))
    }
}

fn wrong_size(found: usize, stated: usize) -> Unreadable {
    Unreadable(format!("a page of {stated} bytes has {found}"))
}

fn damaged(error: impl std::fmt::Display) -> Unreadable {
    Unreadable(format!("a page of it cannot be decompressed: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    #[test]
    fn pages_come_back_and_must_have_the_size_they_state() {
        let text = b"a page a page a page a page".repeat(9);
        let snappy = snap::raw::Encoder::new().compress_vec(&text).unwrap();
        let lz4 = lz4_flex::block::compress(&text);
        let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        gzip.write_all(&text).unwrap();
        let gzip = gzip.finish().unwrap();
        let zstd = ruzstd::encoding::compress_to_vec(&text[..], ruzstd::encoding::CompressionLevel::Fastest);
        let pages = [
            (Compression::UNCOMPRESSED, text.clone()),
            (Compression::SNAPPY, snappy),
            (Compression::LZ4_RAW, lz4),
            (Compression::GZIP(Default::default()), gzip),
            (Compression::ZSTD(Default::default()), zstd),
        ];
        for (codec, page) in pages {
            assert_eq!(decompress(codec, &page, text.len()).unwrap(), text, "{codec}");
            assert!(decompress(codec, &page, text.len() - 1).is_err(), "{codec}");
            assert!(decompress(codec, &page, text.len() + 1).is_err(), "{codec}");
            assert!(decompress(codec, &page[..page.len() / 2], text.len()).is_err(), "{codec}");
            assert!(decompress(codec, &page, 1 << 27).is_err(), "{codec}");
        }
    }

    #[test]
    fn what_is_not_read_says_what_is() {
        let error = decompress(Compression::BROTLI(Default::default()), &[], 0).unwrap_err().0;
        assert!(error.contains("BROTLI") && error.contains("snappy, zstd or gzip"), "{error}");
    }
}
