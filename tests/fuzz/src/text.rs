//! Text: the tokenizer, values of numbers and dates, tables of names.

use tawsim_tagger::{
    Clusters, GazetteerBuilder, GazetteerTable, MentionScratch, check_gazetteer, count_gazetteer,
    import_geonames, import_ocha, import_rows, read_gazetteer_table, write_gazetteer_table,
};
use tawsim_tokenizer::{
    NormalizeOptions, Normalized, NumberValue, OffsetMap, OffsetUnit, Segmenter, Tokenized,
    Tokenizer, find_dates, find_duals, find_numbers, number_at,
};

thread_local! {
    static TOKENIZER: Tokenizer = Tokenizer::new();
}

/// Tokens, segments, sentences, offsets, the normalised view, numbers, dates, duals. If the bytes are no text, they
/// are taken as a segmenter's table.
pub fn tokenizer(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else {
        let _ = Segmenter::from_bytes(data.to_vec().into());
        return;
    };
    let mut tokenized = Tokenized::default();
    let (mut numbers, mut dates, mut duals) = (Vec::new(), Vec::new(), Vec::new());
    TOKENIZER.with(|tokenizer| {
        tokenizer.tokenize(text, &mut tokenized);
        find_duals(text, &tokenized, tokenizer.segmenter(), &mut duals);
    });
    check_tokens(text, &tokenized);
    check_offsets(text);
    let normalized = Normalized::new(text, &NormalizeOptions::LOOSE_KEY);
    for (at, char) in normalized.text().char_indices() {
        let span = tawsim_tokenizer::Span::from_range(at..at + char.len_utf8()).expect("short");
        assert!(normalized.source_from_normalized(span).get(text).is_some());
    }
    find_numbers(text, &tokenized, &mut numbers);
    find_dates(text, &tokenized, &mut dates);
    for number in numbers.iter().chain(&duals) {
        assert!(number.span.get(text).is_some());
        assert!(number.value.min <= number.value.max, "{number:?}");
    }
    assert!(dates.iter().all(|date| date.span.get(text).is_some()));
    for token in tokenized.tokens() {
        let _ = number_at(text, &tokenized, token.span);
    }
    let _ = NumberValue::parse(text);
}

/// Tokens are in order and disjoint, segments partition them.
fn check_tokens(text: &str, tokenized: &Tokenized) {
    let mut end = 0;
    for (idx, token) in tokenized.tokens().iter().enumerate() {
        assert!(end <= token.span.start() && !token.span.is_empty());
        assert!(token.span.get(text).is_some());
        end = token.span.end();
        let mut at = token.span.start();
        for segment in tokenized.segments_of(idx) {
            assert_eq!(segment.span.start(), at);
            assert!(segment.span.get(text).is_some());
            at = segment.span.end();
        }
        assert_eq!(at, token.span.end());
    }
}

fn check_offsets(text: &str) {
    for unit in [OffsetUnit::Byte, OffsetUnit::CodePoint, OffsetUnit::Utf16, OffsetUnit::Grapheme] {
        let map = OffsetMap::new(text, unit);
        for at in 0..=map.n_units() {
            let byte = map.byte_from_unit(at);
            assert!(byte.is_none_or(|byte| map.unit_from_byte(byte) == Some(at)));
        }
    }
}

/// Tables of names, foreign and ours, and of word clusters; what is read is compiled and looked up.
pub fn gazetteer(data: &[u8]) {
    let Ok(table) = std::str::from_utf8(data) else { return };
    let _ = Clusters::from_tsv(table);
    let rows: Vec<Vec<String>> =
        table.lines().map(|line| line.split('\t').map(str::to_owned).collect()).collect();
    let _ = import_ocha(&rows, "SY");
    let _ = import_rows(&rows, "place", &[("name".to_owned(), "الاسم".to_owned())]);
    let mut out = Vec::new();
    let imported = import_geonames(table).records;
    write_gazetteer_table(&imported, "GeoNames", &mut out).expect("to memory");
    compile(std::str::from_utf8(&out).expect("texts are written"));
    compile(table);
}

fn compile(table: &str) {
    let mut builder = GazetteerBuilder::new();
    let Ok(records) = read_gazetteer_table(table) else {
        assert!(builder.add_tsv(table).is_err());
        return;
    };
    let tables: [GazetteerTable; 1] = [records];
    let _ = (check_gazetteer(&tables), count_gazetteer(&tables));
    if builder.add_tsv(table).is_err() {
        return;
    }
    let built = builder.build();
    for entry in built.entries() {
        assert_eq!(built.entry(entry.id()).map(|found| found.id()), Some(entry.id()));
        let _ = (entry.coordinates(), entry.parent(), entry.successor(), entry.predecessor());
        let _ = (entry.admin_path().count(), entry.validity(), entry.precision());
        for (name, _) in entry.names() {
            let _ = built.named(name);
        }
    }
    let (text, mut tokenized) = (crate::SAMPLE, Tokenized::default());
    TOKENIZER.with(|tokenizer| tokenizer.tokenize(text, &mut tokenized));
    let mut scratch = MentionScratch::default();
    let found = built.find(text, &tokenized, &mut scratch);
    assert!(found.iter().all(|mention| mention.span.get(text).is_some()));
}
