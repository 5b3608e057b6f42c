//! The words of numbers, alef folded. Each form with ة also stands with ه.

use crate::letters::Letters;
use std::sync::LazyLock;

/// What a number word means.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum NumberWord {
    /// صفر, which mostly is the month or another word.
    Zero,
    /// 1 to 9.
    Unit(u64),
    /// 1 and 2 as they stand only before عشر or (أحد, إحدى) before the tens.
    BeforeTen(u64),
    /// 10, alone or in 11 to 19.
    Ten,
    /// 20 to 90.
    Tens(u64),
    Hundred,
    /// 200, and 300 to 900 in one word.
    Hundreds(u64),
    /// 1,000 and the powers of it.
    Scale(u64),
    /// 2,000, 2,000,000 and so on in one word.
    Dual(u64),
    /// `ألفا`, `مليونا`: the scale behind a count, else the dual in construct state.
    ScaleOrDual(u64),
    /// Several times the scale, unless a count stands in front.
    Plural(u64),
    /// Several times 10 or 100: عشرات, مئات.
    Vague(u64),
    /// Three to nine: بضع.
    Few,
    /// A fraction by its denominator: نصف, ثلث, ربع.
    Part(u64),
    /// Two such parts: ثلثا, ثلثي, ثلثين.
    TwoParts(u64),
    /// Parts behind a count: أرباع, أخماس.
    Parts(u64),
    /// First to tenth, with the article.
    Ordinal(u64),
}

use NumberWord::{
    BeforeTen, Dual, Few, Hundred, Hundreds, Ordinal, Part, Parts, Plural, Scale, ScaleOrDual, Ten,
    Tens, TwoParts, Unit, Vague, Zero,
};

const ROWS: &[(&str, NumberWord)] = &[
    ("صفر صفرا", Zero),
    ("واحد واحدة واحدا", Unit(1)),
    ("اثنان اثنين اثنتان اثنتين ثنتان ثنتين", Unit(2)),
    ("احد احدى حادي حادية", BeforeTen(1)),
    ("اثنا اثني اثنتا اثنتي ثنتا ثنتي", BeforeTen(2)),
    ("ثلاث ثلاثة ثلاثا", Unit(3)),
    ("اربع اربعة اربعا", Unit(4)),
    ("خمس خمسة خمسا", Unit(5)),
    ("ست ستة ستا", Unit(6)),
    ("سبع سبعة سبعا", Unit(7)),
    ("ثمان ثماني ثمانية ثمانيا", Unit(8)),
    ("تسع تسعة تسعا", Unit(9)),
    ("عشر عشرة عشرا", Ten),
    ("عشرون عشرين", Tens(20)),
    ("ثلاثون ثلاثين", Tens(30)),
    ("اربعون اربعين", Tens(40)),
    ("خمسون خمسين", Tens(50)),
    ("ستون ستين", Tens(60)),
    ("سبعون سبعين", Tens(70)),
    ("ثمانون ثمانين", Tens(80)),
    ("تسعون تسعين", Tens(90)),
    ("مئة مائة مية ميئة مئةا", Hundred),
    ("مئتان مئتين مئتا مئتي مائتان مائتين مائتا مائتي ميتين", Hundreds(200)),
    ("الف", Scale(1_000)),
    ("الفا", ScaleOrDual(1_000)),
    ("الفان الفين الفي", Dual(1_000)),
    ("الاف الافا الوف الوفا", Plural(1_000)),
    ("مليون", Scale(1_000_000)),
    ("مليونا", ScaleOrDual(1_000_000)),
    ("مليونان مليونين مليوني", Dual(1_000_000)),
    ("ملايين", Plural(1_000_000)),
    ("مليار بليون", Scale(1_000_000_000)),
    ("مليارا بليونا", ScaleOrDual(1_000_000_000)),
    ("ملياران مليارين ملياري بليونان بليونين بليوني", Dual(1_000_000_000)),
    ("مليارات بلايين", Plural(1_000_000_000)),
    ("تريليون ترليون", Scale(1_000_000_000_000)),
    ("تريليونا ترليونا", ScaleOrDual(1_000_000_000_000)),
    ("تريليونان تريليونين تريليوني ترليونان ترليونين", Dual(1_000_000_000_000)),
    ("تريليونات ترليونات", Plural(1_000_000_000_000)),
    ("عشرات", Vague(10)),
    ("مئات مئاتا مءات", Vague(100)),
    ("بضع بضعة", Few),
    ("نصف نصفا نصفه نصفها نصفهم", Part(2)),
    ("ثلث ثلثا ثلثه ثلثها ثلثهم", Part(3)),
    ("ربع ربعا ربعه ربعها ربعهم", Part(4)),
    ("ثلثي ثلثين ثلثان", TwoParts(3)),
    ("ارباع", Parts(4)),
    ("اثلاث", Parts(3)),
    ("اخماس", Parts(5)),
    ("اعشار", Parts(10)),
    ("الاول الاولى", Ordinal(1)),
    ("الثاني الثانية", Ordinal(2)),
    ("الثالث الثالثة", Ordinal(3)),
    ("الرابع الرابعة", Ordinal(4)),
    ("الخامس الخامسة", Ordinal(5)),
    ("السادس السادسة", Ordinal(6)),
    ("السابع السابعة", Ordinal(7)),
    ("الثامن الثامنة", Ordinal(8)),
    ("التاسع التاسعة", Ordinal(9)),
    ("العاشر العاشرة", Ordinal(10)),
    ("الحادي الحادية", Ordinal(1)),
];

/// First parts of 300 to 900; before one of the words for 100 they give one word.
const FUSED: &[(&str, u64)] = &[
    ("ثلاث", 300),
    ("اربع", 400),
    ("خمس", 500),
    ("ست", 600),
    ("سبع", 700),
    ("ثمان", 800),
    ("ثماني", 800),
    ("تسع", 900),
];
const FUSED_HUNDRED: &str = "مئة مائة مية";

/// The number words in an open-addressing table; empty letters are an empty slot.
static TABLE: LazyLock<[(Letters, NumberWord); N_SLOTS]> = LazyLock::new(table);

const N_SLOTS: usize = 1024;

fn rows() -> Vec<(Letters, NumberWord)> {
    let mut rows = Vec::new();
    for (forms, word) in ROWS {
        forms.split(' ').for_each(|form| push_spellings(form, *word, &mut rows));
    }
    for (first, value) in FUSED {
        for hundred in FUSED_HUNDRED.split(' ') {
            push_spellings(&format!("{first}{hundred}"), Hundreds(*value), &mut rows);
        }
    }
    rows
}

fn table() -> [(Letters, NumberWord); N_SLOTS] {
    let mut table = [(Letters::default(), Few); N_SLOTS];
    for row in rows() {
        let mut slot = row.0.hash() as usize % N_SLOTS;
        while table[slot].0 != Letters::default() {
            slot = (slot + 1) % N_SLOTS;
        }
        table[slot] = row;
    }
    table
}

fn push_spellings(form: &str, word: NumberWord, rows: &mut Vec<(Letters, NumberWord)>) {
    let spellings = [Some(form.to_owned()), form.strip_suffix('ة').map(|stem| format!("{stem}ه"))];
    for spelling in spellings.iter().flatten() {
        rows.push((Letters::from_text(spelling).expect("number words are short"), word));
    }
}

/// The number word of these letters, without clitics.
#[inline]
pub(super) fn number_word(letters: Letters) -> Option<NumberWord> {
    let table = &*TABLE;
    let mut slot = letters.hash() as usize % N_SLOTS;
    while table[slot].0 != Letters::default() {
        if table[slot].0 == letters {
            return Some(table[slot].1);
        }
        slot = (slot + 1) % N_SLOTS;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_form_stands_twice_and_all_are_found() {
        let mut rows = rows();
        assert!(rows.len() < N_SLOTS / 2, "the table stays sparse");
        for (letters, word) in &rows {
            assert_eq!(number_word(*letters), Some(*word));
        }
        rows.sort_by_key(|row| row.0);
        let twice = rows.windows(2).find(|rows| rows[0].0 == rows[1].0);
        assert_eq!(twice, None);
        assert_eq!(number_word(Letters::literal("حلب")), None);
    }
}
