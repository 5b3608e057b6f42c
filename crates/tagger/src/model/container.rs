//! The file around the sections: header, table of sections, checksums. Specified in `ARCHITECTURE.md`.

use std::ops::Range;

use bytemuck::{Pod, Zeroable};

use super::ModelError;

/// First bytes of every model file. The high first byte and the line ends show damage by text transfer.
pub(crate) const MAGIC: [u8; 8] = *b"\x89TWSM\r\n\n";
/// What this program writes and reads.
pub(crate) const FORMAT_VERSION: u32 = 2;
/// Sections begin at multiples of this.
const ALIGNMENT: usize = 64;
/// The most sections that a file may have.
const MAX_SECTIONS: u32 = 32;

#[derive(Clone, Copy, Pod, Zeroable)]
#[repr(C)]
struct Header {
    magic: [u8; 8],
    version: u32,
    n_sections: u32,
    file_len: u64,
    /// CRC-32 of the section table.
    table_crc: u32,
    /// CRC-32 of the header up to here.
    header_crc: u32,
}

#[derive(Clone, Copy, Pod, Zeroable)]
#[repr(C)]
struct SectionRow {
    kind: u32,
    crc: u32,
    offset: u64,
    byte_len: u64,
}

const HEADER_LEN: usize = size_of::<Header>();
const ROW_LEN: usize = size_of::<SectionRow>();

/// What a section holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u32)]
pub(crate) enum SectionKind {
    Metadata = 1,
    AttributeSlots = 2,
    Weights = 3,
    Transitions = 4,
    GazetteerEdges = 5,
    GazetteerNames = 6,
    Clusters = 7,
    GazetteerEntries = 8,
    GazetteerRelations = 9,
    EntryNames = 10,
    EntryStrings = 11,
    DocumentSlots = 12,
    DocumentWeights = 13,
    DocumentTransitions = 14,
}

impl SectionKind {
    pub(crate) const ALL: [Self; 14] = [
        Self::Metadata,
        Self::AttributeSlots,
        Self::Weights,
        Self::Transitions,
        Self::GazetteerEdges,
        Self::GazetteerNames,
        Self::Clusters,
        Self::GazetteerEntries,
        Self::GazetteerRelations,
        Self::EntryNames,
        Self::EntryStrings,
        Self::DocumentSlots,
        Self::DocumentWeights,
        Self::DocumentTransitions,
    ];

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Metadata => "metadata",
            Self::AttributeSlots => "attribute slots",
            Self::Weights => "weights",
            Self::Transitions => "transitions",
            Self::GazetteerEdges => "gazetteer edges",
            Self::GazetteerNames => "gazetteer names",
            Self::Clusters => "clusters",
            Self::GazetteerEntries => "gazetteer entries",
            Self::GazetteerRelations => "gazetteer relations",
            Self::EntryNames => "names of gazetteer entries",
            Self::EntryStrings => "strings of gazetteer entries",
            Self::DocumentSlots => "attribute slots of the second pass",
            Self::DocumentWeights => "weights of the second pass",
            Self::DocumentTransitions => "transitions of the second pass",
        }
    }
}

/// Where each section lies in the file, in the order of [`SectionKind::ALL`].
pub(crate) type SectionRanges = [Range<usize>; SectionKind::ALL.len()];

/// Writes a file of these sections, in the order of [`SectionKind::ALL`].
pub(crate) fn write(sections: &[&[u8]; SectionKind::ALL.len()]) -> Vec<u8> {
    let mut rows = Vec::new();
    let mut end = HEADER_LEN + sections.len() * ROW_LEN;
    for (kind, section) in SectionKind::ALL.into_iter().zip(sections) {
        let offset = end.next_multiple_of(ALIGNMENT);
        end = offset + section.len();
        let crc = crc32fast::hash(section);
        let (offset, byte_len) = (offset as u64, section.len() as u64);
        rows.push(SectionRow { kind: kind as u32, crc, offset, byte_len });
    }
    let table: &[u8] = bytemuck::cast_slice(&rows);
    let mut header = Header {
        magic: MAGIC,
        version: FORMAT_VERSION,
        n_sections: sections.len() as u32,
        file_len: end as u64,
        table_crc: crc32fast::hash(table),
        header_crc: 0,
    };
    header.header_crc = header_crc(&header);
    let mut bytes = Vec::with_capacity(end);
    bytes.extend_from_slice(bytemuck::bytes_of(&header));
    bytes.extend_from_slice(table);
    for (row, section) in rows.iter().zip(sections) {
        bytes.resize(row.offset as usize, 0);
        bytes.extend_from_slice(section);
    }
    bytes
}

fn header_crc(header: &Header) -> u32 {
    crc32fast::hash(&bytemuck::bytes_of(header)[..HEADER_LEN - size_of::<u32>()])
}

/// Checks a file and finds its sections. Sections of unknown kinds are skipped.
pub(crate) fn read(bytes: &[u8]) -> Result<SectionRanges, ModelError> {
    let header = read_header(bytes)?;
    let table_len = header.n_sections as usize * ROW_LEN;
    let table = &bytes[HEADER_LEN..][..table_len];
    if crc32fast::hash(table) != header.table_crc {
        return Err(ModelError::Damaged { what: "section table" });
    }
    let mut ranges = SectionRanges::default();
    for row in table.chunks_exact(ROW_LEN) {
        let row: SectionRow = bytemuck::pod_read_unaligned(row);
        let known = SectionKind::ALL.iter().position(|kind| *kind as u32 == row.kind);
        if let Some(idx) = known {
            ranges[idx] = read_section(bytes, &row, SectionKind::ALL[idx])?;
        }
    }
    Ok(ranges)
}

fn read_header(bytes: &[u8]) -> Result<Header, ModelError> {
    let truncated = || ModelError::Truncated { byte_len: bytes.len() as u64 };
    let head = &bytes[..bytes.len().min(MAGIC.len())];
    if !MAGIC.starts_with(head) {
        return Err(ModelError::NotAModel);
    }
    let header: Header =
        bytemuck::pod_read_unaligned(bytes.get(..HEADER_LEN).ok_or_else(truncated)?);
    if header.version != FORMAT_VERSION {
        return Err(ModelError::Version { found: header.version });
    }
    if header.header_crc != header_crc(&header) || header.n_sections > MAX_SECTIONS {
        return Err(ModelError::Damaged { what: "header" });
    }
    let table_end = HEADER_LEN as u64 + u64::from(header.n_sections) * ROW_LEN as u64;
    if header.file_len > bytes.len() as u64 || table_end > bytes.len() as u64 {
        return Err(truncated());
    }
    if header.file_len < bytes.len() as u64 {
        return Err(ModelError::Damaged { what: "length" });
    }
    Ok(header)
}

fn read_section(
    bytes: &[u8],
    row: &SectionRow,
    kind: SectionKind,
) -> Result<Range<usize>, ModelError> {
    let damaged = || ModelError::Damaged { what: kind.name() };
    let start = usize::try_from(row.offset).map_err(|_| damaged())?;
    let byte_len = usize::try_from(row.byte_len).map_err(|_| damaged())?;
    let end = start.checked_add(byte_len).ok_or_else(damaged)?;
    let section = bytes.get(start..end).ok_or_else(damaged)?;
    if start % ALIGNMENT != 0 || crc32fast::hash(section) != row.crc {
        return Err(damaged());
    }
    Ok(start..end)
}
