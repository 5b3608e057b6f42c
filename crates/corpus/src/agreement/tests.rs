use super::*;

/// One document of one-letter words a line of `annotators`; a letter is an entity of that label on the
/// word, `.` none, `-` a document not seen.
fn agreement(documents: &[&[&str]]) -> Agreement {
    let labels = LabelSet::from_names(["A", "B", "C"]).expect("good names");
    let mut agreement = Agreement::new(labels.clone(), documents[0].len());
    for rows in documents {
        let n_words = rows.iter().map(|row| row.len()).max().expect("annotators");
        let document = Document::new("d", "x ".repeat(n_words));
        let list = |row: &&str| -> Option<Vec<Entity>> {
            let entity = |(idx, letter): (usize, char)| {
                let label = labels.get(&letter.to_string())?;
                Some(Entity::new(Span::new(idx as u32 * 2, idx as u32 * 2 + 1), label))
            };
            (*row != "-").then(|| row.chars().enumerate().filter_map(entity).collect())
        };
        let lists: Vec<Option<Vec<Entity>>> = rows.iter().map(list).collect();
        let lists: Vec<Option<&[Entity]>> = lists.iter().map(Option::as_deref).collect();
        agreement.add(&document, &lists);
    }
    agreement
}

fn check(documents: &[&[&str]], expected: &str) {
    let agreement = agreement(documents);
    let show = |x: Option<f64>| x.map_or("-".to_owned(), |x| format!("{x:.4}"));
    let shown = format!(
        "{} {} {} {}",
        show(agreement.spans(0, 1).f1()),
        show(agreement.kappa(0, 1)),
        show(agreement.alpha()),
        agreement.disagreements().len()
    );
    assert_eq!(shown, expected, "{documents:?}");
}

#[test]
fn small_cases() {
    check(&[&["A.B.", "A.B."]], "1.0000 1.0000 1.0000 0");
    check(&[&["....", "...."]], "- - - 0");
    check(&[&["AAAA", "AAAA"]], "1.0000 - - 0");
    check(&[&["AB..", "BA.."]], "0.0000 0.2000 0.3000 2");
    check(&[&["A.", "-"], &["B.", "B."]], "1.0000 1.0000 1.0000 0");
    check(&[&["A.", "A.", "-"], &["-", "..", "B."]], "1.0000 1.0000 0.5882 1");
}

#[test]
fn overlapping_entities_are_one_disagreement() {
    let labels = LabelSet::from_names(["A"]).expect("a good name");
    let label = labels.at(0).expect("one label");
    let document = Document::new("d", "aa bb cc dd");
    let entity = |start, end| Entity::new(Span::new(start, end), label);
    let nested = [entity(0, 5), entity(0, 2)];
    let mut agreement = Agreement::new(labels, 2);
    agreement.add(&document, &[Some(&nested), Some(&[nested[1], nested[0]])]);
    assert!(agreement.disagreements().is_empty());
    agreement.add(&document, &[Some(&nested), Some(&[entity(3, 8), entity(9, 11)])]);
    let found: Vec<_> =
        agreement.disagreements().iter().map(|d| (d.span, d.candidates.len())).collect();
    assert_eq!(found, [(Span::new(0, 8), 3), (Span::new(9, 11), 1)]);
    assert_eq!(agreement.spans(1, 0), SpanCounts { first: 4, second: 4, both: 2 });
}

/// Alpha from the matrix of coincidences, kappa from lists of values, as the papers write them.
#[test]
fn brute_force() {
    let mut state = 7_u64;
    let mut random = |n: u64| {
        state =
            state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % n
    };
    for _ in 0..200 {
        let n_annotators = 2 + random(3) as usize;
        let mut row = |n_words: u64| match random(5) {
            0 => "-".to_owned(),
            _ => (0..n_words).map(|_| ['.', 'A', 'B', 'C'][random(4) as usize]).collect(),
        };
        let documents: Vec<Vec<String>> =
            (1..5).map(|n| (0..n_annotators).map(|_| row(n)).collect()).collect();
        let rows: Vec<Vec<&str>> =
            documents.iter().map(|d| d.iter().map(String::as_str).collect()).collect();
        let slices: Vec<&[&str]> = rows.iter().map(Vec::as_slice).collect();
        let found = agreement(&slices);
        let units = units_of_rows(&slices);
        close(found.alpha(), alpha(&units));
        close(found.kappa(0, 1), kappa(&units));
    }
}

/// By unit the value of each annotator. A document that nobody has seen has no units.
fn units_of_rows(documents: &[&[&str]]) -> Vec<Vec<Option<char>>> {
    let mut units = Vec::new();
    for rows in documents {
        let seen = rows.iter().filter(|row| **row != "-");
        for idx in 0..seen.map(|row| row.len()).max().unwrap_or(0) {
            let value = |row: &&str| (*row != "-").then(|| row.as_bytes()[idx] as char);
            units.push(rows.iter().map(value).collect());
        }
    }
    units
}

fn close(found: Option<f64>, expected: f64) {
    match found {
        Some(found) => assert!((found - expected).abs() < 1e-12, "{found} {expected}"),
        None => assert!(expected.is_nan(), "{expected}"),
    }
}

fn alpha(units: &[Vec<Option<char>>]) -> f64 {
    let mut o = std::collections::BTreeMap::<(char, char), f64>::new();
    for unit in units {
        let values: Vec<char> = unit.iter().flatten().copied().collect();
        for (i, c) in values.iter().enumerate() {
            for (j, k) in values.iter().enumerate().filter(|(j, _)| *j != i) {
                assert_ne!(i, j);
                *o.entry((*c, *k)).or_default() += 1.0 / (values.len() as f64 - 1.0);
            }
        }
    }
    let n_of = |v: char| o.iter().filter(|(key, _)| key.0 == v).map(|(_, x)| x).sum::<f64>();
    let values = ['.', 'A', 'B', 'C'];
    let n: f64 = values.iter().map(|v| n_of(*v)).sum();
    let differing = |key: &(char, char)| key.0 != key.1;
    let observed: f64 = o.iter().filter(|(key, _)| differing(key)).map(|(_, x)| x).sum();
    let all = values.iter().flat_map(|c| values.iter().map(move |k| (*c, *k)));
    let expected: f64 = all.filter(differing).map(|(c, k)| n_of(c) * n_of(k)).sum();
    if expected == 0.0 { f64::NAN } else { 1.0 - (n - 1.0) * observed / expected }
}

fn kappa(units: &[Vec<Option<char>>]) -> f64 {
    let both: Vec<(char, char)> = units.iter().filter_map(|u| Some((u[0]?, u[1]?))).collect();
    let n = both.len() as f64;
    let share =
        |is: &dyn Fn(&(char, char)) -> bool| both.iter().filter(|p| is(p)).count() as f64 / n;
    let observed = share(&|p| p.0 == p.1);
    let chance: f64 =
        ['.', 'A', 'B', 'C'].iter().map(|v| share(&|p| p.0 == *v) * share(&|p| p.1 == *v)).sum();
    if n == 0.0 || chance >= 1.0 { f64::NAN } else { (observed - chance) / (1.0 - chance) }
}
