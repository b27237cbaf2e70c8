//! Writing a SoundFont 2 bank (SoundFont Technical Specification 2.04).

/// Samples of silence that the format wants after each sample.
const GAP: usize = 46;

/// A piece of sound that instruments play.
pub(super) struct Sample {
    pub(super) name: String,
    pub(super) data: Vec<i16>,
    /// In Hz.
    pub(super) rate: u32,
    /// The key at which it sounds as it is.
    pub(super) root: u8,
    /// First sample of the loop, and the first after it.
    pub(super) repeat: Option<(usize, usize)>,
}

/// What is set for a zone; the number is the format's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u16)]
pub(super) enum Generator {
    ModLfoToPitch = 5,
    VibLfoToPitch = 6,
    InitialFilterFc = 8,
    ModEnvToFilterFc = 11,
    ModLfoToVolume = 13,
    ChorusEffectsSend = 15,
    ReverbEffectsSend = 16,
    Pan = 17,
    FreqModLfo = 22,
    DelayVibLfo = 23,
    FreqVibLfo = 24,
    AttackModEnv = 26,
    DecayModEnv = 28,
    SustainModEnv = 29,
    AttackVolEnv = 34,
    DecayVolEnv = 36,
    SustainVolEnv = 37,
    ReleaseVolEnv = 38,
    KeynumToVolEnvDecay = 40,
    Instrument = 41,
    KeyRange = 43,
    InitialAttenuation = 48,
    FineTune = 52,
    SampleId = 53,
    SampleModes = 54,
    ExclusiveClass = 57,
    OverridingRootKey = 58,
}

/// A generator and its value.
pub(super) type Setting = (Generator, i16);

/// Which keys play a sample, and how.
pub(super) struct Zone {
    pub(super) keys: (u8, u8),
    pub(super) settings: Vec<Setting>,
    /// Index into the bank's samples.
    pub(super) sample: usize,
}

/// One preset, with an instrument of its own.
pub(super) struct Preset {
    pub(super) name: String,
    /// 0 for melody, 128 for drums.
    pub(super) bank: u16,
    pub(super) program: u16,
    /// What holds for all zones that do not say otherwise.
    pub(super) settings: Vec<Setting>,
    pub(super) zones: Vec<Zone>,
}

/// The bank as a file.
pub(super) fn write(name: &str, samples: &[Sample], presets: &[Preset]) -> Vec<u8> {
    let info = [chunk(b"ifil", &[2, 0, 4, 0]), chunk(b"isng", b"EMU8000\0"), chunk(b"INAM", &text(name))].concat();
    let lists =
        [list(b"INFO", &info), list(b"sdta", &sample_data(samples)), list(b"pdta", &parameters(samples, presets))];
    chunk(b"RIFF", &[b"sfbk".to_vec(), lists.concat()].concat())
}

fn chunk(id: &[u8; 4], body: &[u8]) -> Vec<u8> {
    let length = body.len() as u32;
    [id.as_slice(), &length.to_le_bytes(), body].concat()
}

fn list(kind: &[u8; 4], chunks: &[u8]) -> Vec<u8> {
    chunk(b"LIST", &[kind.as_slice(), chunks].concat())
}

/// A text with a zero at its end, of even length.
fn text(text: &str) -> Vec<u8> {
    let mut bytes = text.as_bytes().to_vec();
    bytes.resize(bytes.len() / 2 * 2 + 2, 0);
    bytes
}

/// A name of twenty bytes.
fn label(name: &str) -> [u8; 20] {
    let mut label = [0; 20];
    let length = name.len().min(19);
    label[..length].copy_from_slice(&name.as_bytes()[..length]);
    label
}

fn sample_data(samples: &[Sample]) -> Vec<u8> {
    let gap = [0; GAP];
    let values = samples.iter().flat_map(|sample| sample.data.iter().chain(&gap));
    chunk(b"smpl", &values.flat_map(|value| value.to_le_bytes()).collect::<Vec<_>>())
}

fn parameters(samples: &[Sample], presets: &[Preset]) -> Vec<u8> {
    let [mut headers, mut preset_zones, mut preset_settings] = [const { Vec::new() }; 3];
    let mut instruments = Vec::new();
    let mut zones = Zones::default();
    for (index, preset) in presets.iter().enumerate() {
        let index = index as u16;
        headers.extend(preset_header(&preset.name, preset.program, preset.bank, index));
        preset_zones.extend([index, 0].map(u16::to_le_bytes).concat());
        preset_settings.extend([Generator::Instrument as u16, index].map(u16::to_le_bytes).concat());
        instruments.extend([&label(&preset.name)[..], &zones.count.to_le_bytes()].concat());
        zones.push_preset(preset);
    }
    let count = presets.len() as u16;
    headers.extend(preset_header("EOP", 0, 0, count));
    preset_zones.extend([count, 0].map(u16::to_le_bytes).concat());
    preset_settings.extend([0; 4]);
    instruments.extend([&label("EOI")[..], &zones.count.to_le_bytes()].concat());
    let (bags, generators) = zones.finish();
    [
        chunk(b"phdr", &headers),
        chunk(b"pbag", &preset_zones),
        chunk(b"pmod", &[0; 10]),
        chunk(b"pgen", &preset_settings),
        chunk(b"inst", &instruments),
        chunk(b"ibag", &bags),
        chunk(b"imod", &[0; 10]),
        chunk(b"igen", &generators),
        chunk(b"shdr", &sample_headers(samples)),
    ]
    .concat()
}

/// Library, genre and morphology, twelve bytes, are reserved.
fn preset_header(name: &str, program: u16, bank: u16, zone: u16) -> Vec<u8> {
    [&label(name)[..], &[program, bank, zone].map(u16::to_le_bytes).concat(), &[0; 12]].concat()
}

/// The zones of all instruments.
#[derive(Default)]
struct Zones {
    count: u16,
    bags: Vec<u8>,
    generators: Vec<u8>,
}

impl Zones {
    /// A zone without a sample, whose settings hold for all, then the zones.
    fn push_preset(&mut self, preset: &Preset) {
        self.push(preset.settings.iter().copied());
        for zone in &preset.zones {
            // The format wants the keys first and the sample last.
            let keys = (Generator::KeyRange, i16::from_le_bytes([zone.keys.0, zone.keys.1]));
            let sample = (Generator::SampleId, zone.sample as i16);
            self.push(std::iter::once(keys).chain(zone.settings.iter().copied()).chain([sample]));
        }
    }

    fn push(&mut self, settings: impl Iterator<Item = Setting>) {
        self.bag();
        self.count += 1;
        let bytes =
            settings.flat_map(|(generator, value)| [(generator as u16).to_le_bytes(), value.to_le_bytes()].concat());
        self.generators.extend(bytes);
    }

    fn bag(&mut self) {
        let first = (self.generators.len() / 4) as u16;
        self.bags.extend([first, 0].map(u16::to_le_bytes).concat());
    }

    fn finish(mut self) -> (Vec<u8>, Vec<u8>) {
        self.bag();
        self.generators.extend([0; 4]);
        (self.bags, self.generators)
    }
}

fn sample_headers(samples: &[Sample]) -> Vec<u8> {
    let mut headers = Vec::new();
    let mut start = 0;
    for sample in samples {
        let end = start + sample.data.len();
        let (from, to) = sample.repeat.map_or((start, end), |(from, to)| (start + from, start + to));
        headers.extend(label(&sample.name));
        headers.extend([start, end, from, to].map(|place| (place as u32).to_le_bytes()).concat());
        headers.extend(sample.rate.to_le_bytes());
        headers.extend([sample.root, 0]);
        headers.extend([0, 1].map(u16::to_le_bytes).concat()); // linked to none, mono
        start = end + GAP;
    }
    headers.extend([&label("EOS")[..], &[0; 26]].concat());
    headers
}
