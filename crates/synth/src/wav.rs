//! Sound → bytes of a WAV file.

use std::io::{Cursor, Seek, Write};

use crate::audio::Audio;
use crate::error::SynthError;

/// How samples are stored.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SampleFormat {
    /// 16-bit integers, which every player takes; what is louder than full scale is clipped.
    #[default]
    Pcm16,
    /// 32-bit floating point: the samples as they are.
    Float32,
}

/// Writes a WAV file.
///
/// # Errors
/// Where the sound is longer than the format's 4 GiB.
///
/// ```
/// use partita_synth::{Audio, SampleFormat, write_wav};
/// let file = write_wav(&Audio::mono(44_100, vec![0.0, 0.5])?, SampleFormat::Pcm16)?;
/// assert_eq!((&file[..4], file.len()), (&b"RIFF"[..], 44 + 4));
/// # Ok::<(), partita_synth::SynthError>(())
/// ```
pub fn write_wav(audio: &Audio, format: SampleFormat) -> Result<Vec<u8>, SynthError> {
    let (bits_per_sample, sample_format) = match format {
        SampleFormat::Pcm16 => (16, hound::SampleFormat::Int),
        SampleFormat::Float32 => (32, hound::SampleFormat::Float),
    };
    let channels = audio.channels().len() as u16;
    let spec = hound::WavSpec { channels, sample_rate: audio.sample_rate_hz(), bits_per_sample, sample_format };
    let mut file = Vec::new();
    let mut writer = hound::WavWriter::new(Cursor::new(&mut file), spec)?;
    match format {
        SampleFormat::Pcm16 => write_pcm16(&mut writer, audio)?,
        SampleFormat::Float32 => each_sample(audio, |sample| writer.write_sample(sample))?,
    }
    writer.finalize()?;
    Ok(file)
}

/// By the writer that takes many integers at once, a second at a time: one by one they cost as much as a tenth of the
/// rendering.
fn write_pcm16<W: Write + Seek>(writer: &mut hound::WavWriter<W>, audio: &Audio) -> Result<(), hound::Error> {
    let second = audio.sample_rate_hz() as usize;
    for start in (0..audio.frames()).step_by(second) {
        let frames = start..audio.frames().min(start + second);
        let mut block = writer.get_i16_writer((frames.len() * audio.channels().len()) as u32);
        for frame in frames {
            audio.channels().iter().for_each(|samples| block.write_sample(pcm16(samples[frame])));
        }
        block.flush()?;
    }
    Ok(())
}

/// The channels' samples by turns.
fn each_sample<E>(audio: &Audio, mut write: impl FnMut(f32) -> Result<(), E>) -> Result<(), E> {
    (0..audio.frames())
        .flat_map(|frame| audio.channels().iter().map(move |samples| samples[frame]))
        .try_for_each(&mut write)
}

/// The nearest integer, halves away from zero; full scale is 32,767 on both sides.
fn pcm16(sample: f32) -> i16 {
    let scaled = sample.clamp(-1.0, 1.0) * f32::from(i16::MAX);
    (scaled + 0.5_f32.copysign(scaled)) as i16
}

#[cfg(test)]
mod tests {
    use super::*;

    fn audio() -> Audio {
        Audio::stereo(48_000, vec![0.0, 0.5, -1.5], vec![1.0, -0.25, 1e-6]).unwrap()
    }

    #[test]
    fn floats_come_back_as_they_were() {
        let file = write_wav(&audio(), SampleFormat::Float32).unwrap();
        let mut reader = hound::WavReader::new(file.as_slice()).unwrap();
        assert_eq!((reader.spec().sample_rate, reader.spec().channels), (48_000, 2));
        let samples: Vec<f32> = reader.samples().map(Result::unwrap).collect();
        assert_eq!(samples, [0.0, 1.0, 0.5, -0.25, -1.5, 1e-6]);
    }

    #[test]
    fn integers_are_rounded_and_clipped() {
        let file = write_wav(&audio(), SampleFormat::Pcm16).unwrap();
        let samples: Vec<i16> = hound::WavReader::new(file.as_slice()).unwrap().samples().map(Result::unwrap).collect();
        assert_eq!(samples, [0, 32_767, 16_384, -8_192, -32_767, 0]);
    }
}
