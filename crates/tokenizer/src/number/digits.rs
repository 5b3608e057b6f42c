//! The value of digits with separators.

use crate::chars::digit;

/// The value of a number token: digits of one of the three scripts.
///
/// `.` and `٫` separate decimals, `,` `٬` `،` thousands; a single `.` before exactly three digits
/// separates thousands too (`1.500`, the habit of the region's press), a single `,` before other
/// than three digits decimals (`3,5`). `None` for dates (`2018.11.10`) and clock times (`14:11`).
pub(super) fn value(token: &str) -> Option<f64> {
    let mut groups = [(0_u64, 0_u32); 8];
    let mut separators = [' '; 8];
    let mut n = 0;
    for c in token.chars() {
        match digit(c) {
            Some((value, _)) => {
                let (number, n_digits) = &mut groups[n];
                *number = number.checked_mul(10)?.checked_add(value.into())?;
                *n_digits += 1;
            }
            None if is_separator(c) => {
                separators[n] = c;
                n += 1;
                (n < groups.len()).then_some(())?;
            }
            // A mark on the last digit.
            None => {}
        }
    }
    let (groups, separators) = (&groups[..=n], &separators[..n]);
    combine(groups, separators)
}

fn is_separator(c: char) -> bool {
    matches!(c, '.' | ',' | ':' | '٫' | '٬' | '،')
}

fn combine(groups: &[(u64, u32)], separators: &[char]) -> Option<f64> {
    let Some((&last_separator, _)) = separators.split_last() else {
        return Some(groups[0].0 as f64);
    };
    let last = groups[groups.len() - 1];
    let same = separators.iter().all(|&separator| separator == last_separator);
    let in_threes = groups[1..].iter().all(|group| group.1 == 3) && groups[0].1 <= 3;
    if in_threes && same && last_separator != ':' && last_separator != '٫' && groups[0].0 > 0 {
        return Some(groups.iter().fold(0.0, |sum, group| sum * 1000.0 + group.0 as f64));
    }
    let has_decimals = match separators.len() {
        1 => last_separator != ':',
        _ => {
            matches!(last_separator, '.' | '٫')
                && !separators[..separators.len() - 1].contains(&last_separator)
        }
    };
    if !has_decimals || separators.contains(&':') {
        return None;
    }
    let whole = &groups[..groups.len() - 1];
    if whole[1..].iter().any(|group| group.1 != 3) {
        return None;
    }
    let whole = whole.iter().fold(0.0, |sum, group| sum * 1000.0 + group.0 as f64);
    Some(whole + last.0 as f64 / 10_f64.powi(last.1 as i32))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values() {
        let rows = [
            ("300", Some(300.0)),
            ("1,234", Some(1234.0)),
            ("1.234", Some(1234.0)),
            ("0.234", Some(0.234)),
            ("١٢٣٬٤٥٦٫٧", Some(123_456.7)),
            ("1,234.5", Some(1234.5)),
            ("1.234.567", Some(1_234_567.0)),
            ("3,5", Some(3.5)),
            ("2.5", Some(2.5)),
            ("۱۲", Some(12.0)),
            ("26،013", Some(26013.0)),
            ("2018.11.10", None),
            ("14:11", None),
        ];
        for (token, expected) in rows {
            assert_eq!(value(token), expected, "{token}");
        }
    }
}
