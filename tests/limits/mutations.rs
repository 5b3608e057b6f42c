//! Models with wrong bytes, and input that is no text.

#![expect(clippy::print_stdout, reason = "the figures of a run are shown by `--nocapture`")]

use tawsim_tagger::{Model, Tagger, TaggerScratch};
use tawsim_tests::tawsim;

use super::peak;

/// SplitMix64: the same mutations in every run.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    fn below(&mut self, bound: usize) -> usize {
        (self.next() % bound as u64) as usize
    }
}

/// A model with some bytes changed, cut off or put in, more often near its head.
fn mutated(bytes: &[u8], random: &mut Random) -> Vec<u8> {
    let mut mutated = bytes.to_vec();
    for _ in 0..=random.below(8) {
        let reach = if random.below(2) == 0 { 512.min(mutated.len()) } else { mutated.len() };
        let at = random.below(reach.max(1));
        match random.below(4) {
            0 => mutated.truncate(at),
            1 => mutated.insert(at, random.next() as u8),
            2 => mutated[at..].iter_mut().take(8).for_each(|byte| *byte = 0xFF),
            _ => mutated[at..].iter_mut().take(1).for_each(|byte| *byte = random.next() as u8),
        }
        if mutated.is_empty() {
            break;
        }
    }
    mutated
}

/// The same file with sound checksums, so that the checks behind them are reached.
fn with_sound_checksums(mut bytes: Vec<u8>) -> Vec<u8> {
    let number = |bytes: &[u8], at: usize| -> Option<u64> {
        Some(u64::from_le_bytes(bytes.get(at..at + 8)?.try_into().ok()?))
    };
    let Some(head) = number(&bytes, 8) else { return bytes };
    let n_sections = ((head >> 32) as usize).min(32);
    for section in 0..n_sections {
        let row = 32 + section * 24;
        let (Some(offset), Some(len)) = (number(&bytes, row + 8), number(&bytes, row + 16)) else {
            break;
        };
        let end = offset.saturating_add(len);
        let content = usize::try_from(end).ok().and_then(|end| bytes.get(offset as usize..end));
        let Some(crc) = content.map(crc32fast::hash) else { continue };
        bytes[row + 4..row + 8].copy_from_slice(&crc.to_le_bytes());
    }
    let table_end = 32 + n_sections * 24;
    if bytes.len() >= table_end {
        let file_len = bytes.len() as u64;
        bytes[16..24].copy_from_slice(&file_len.to_le_bytes());
        let table = crc32fast::hash(&bytes[32..table_end]);
        bytes[24..28].copy_from_slice(&table.to_le_bytes());
        let header = crc32fast::hash(&bytes[..28]);
        bytes[28..32].copy_from_slice(&header.to_le_bytes());
    }
    bytes
}

fn read_and_tag(bytes: &[u8]) -> bool {
    let Ok(model) = Model::read(&mut &*bytes) else { return false };
    let tagger = Tagger::new(model);
    tagger.tag("قصف على خان شيخون و داعش 18", &mut TaggerScratch::new());
    true
}

/// The most that any of the inputs below may make the program hold.
const LIMIT_MIB: f32 = 256.0;

pub(super) fn mutated_models() {
    let mut random = Random(7);
    let model = Model::bundled().as_bytes().to_vec();
    let mut n_refused = 0;
    let peak = peak(|| {
        for round in 0..1_000 {
            let mut bytes = mutated(&model, &mut random);
            if round % 2 == 1 {
                bytes = with_sound_checksums(bytes);
            }
            n_refused += usize::from(!read_and_tag(&bytes));
        }
    });
    assert!(n_refused > 400, "{n_refused} of 1,000 were refused");
    println!("1,000 mutated models: {n_refused} refused, peak {peak:.0} MiB");
    assert!(peak < LIMIT_MIB, "{peak} MiB");
}

/// Metadata whose first string claims to have 2⁶³ bytes, and one that claims 4 GiB.
pub(super) fn models_that_claim_much() {
    let model = Model::bundled().as_bytes().to_vec();
    let section =
        usize::try_from(u64::from_le_bytes(model[40..48].try_into().expect("eight bytes")));
    let at = section.expect("a short file");
    let claims: [&[u8]; 2] = [&[253, 0, 0, 0, 0, 0, 0, 0, 128], &[252, 255, 255, 255, 255]];
    for claim in claims {
        let mut bytes = model.clone();
        bytes[at..at + claim.len()].copy_from_slice(claim);
        let bytes = with_sound_checksums(bytes);
        let mut error = String::new();
        let peak = peak(|| error = Model::read(&mut &*bytes).expect_err("a lie").to_string());
        println!("a model that claims much: peak {peak:.0} MiB, {error}");
        assert!(peak < LIMIT_MIB && error.contains("metadata"), "{peak} MiB: {error}");
    }
}

pub(super) fn random_input() {
    let mut random = Random(11);
    let peak = peak(|| {
        for round in 0..1_000_usize {
            let bytes: Vec<u8> = (0..random.below(4_000)).map(|_| random.next() as u8).collect();
            read_and_tag(&bytes);
            let from = ["txt", "jsonl", "tagged"][round % 3];
            let run = tawsim(&["tag", "-", "--from", from, "--threads", "1", "--quiet"], &bytes);
            assert!(run.code <= 1 && (run.code == 0) == run.stderr.is_empty(), "{run:?}");
            let lossy = String::from_utf8_lossy(&bytes).into_owned();
            let run = tawsim(&["tokenize", "-"], lossy.as_bytes());
            assert!(run.code <= 1, "{run:?}");
        }
    });
    println!("1,000 random inputs: peak {peak:.0} MiB");
    assert!(peak < LIMIT_MIB, "{peak} MiB");
}
