//! Writes down what clicks and selections come to, for `tests/judges/bidi.sh`.

use std::env;

use egui::pos2;
use serde_json::{Value, json};

use super::{
    geometry::{LetterBox, Shaped},
    tests::{STYLE, layout, mixed_lines},
};

/// Lines with characters that leave no trace, and with what news and social media add.
const MORE_LINES: &[&str] = &[
    "قال \u{200f}NSO\u{200f}: لا تعليق",
    "\u{200e}(15) قتيلاً في حلب",
    "رقم \u{202a}12-34\u{202c} في السجل",
    "سطر \u{202b}NSO في إدلب\u{202c} here",
    "اسم \u{202e}abc\u{202c} مقلوب",
    "اسم \u{202d}قلب\u{202c} مقلوب",
    "بين \u{2067}NSO 15\u{2069} و\u{2066}قوات 20\u{2069} فرق",
    "\u{2068}NSO\u{2069} ثم \u{2068}قسد\u{2069}",
    "نصف\u{200c}فصل و\u{200d}وصل",
    "حـلـب #حلب_الشهباء @user_1 http://t.co/aB1",
    "ارتفع 12.5% ثم %20 ثم 1,234.5 و-5 و+3",
    "من 10:30 إلى 11:45، يوم 5/6/2018م",
    "(قسد) [YPG] {SAA} <HTS> «داعش» \u{201c}NSO\u{201d}",
    "أ/ب 1/2 A/B 1-أ B-1",
    "T-72 و BMP-1 وBTR-80، M4 وM5",
    "لإدلب ولأريحا والآن الله لا إلى",
    "مُحَمَّدٌ رَسُولٌ 3 NSO",
    "!مرحبا؟ (نعم) ...لا",
    "A قسد B داعش C",
    "١٢٫٥٪ و١٬٢٣٤ و12 ١٢",
];

fn letter(b: &LetterBox) -> Value {
    json!({ "start": b.bytes.start, "end": b.bytes.end, "left": b.left, "right": b.right })
}

fn case(line: &str) -> Value {
    let layout = layout(line);
    let shaped = Shaped { text: line, layout: &layout };
    let y = layout.height() / 2.0;
    let boxes = shaped.boxes(&layout.get(0).expect("one line"));
    let width = boxes.last().map_or(0.0, |b| b.right);
    let clicks: Vec<Value> = (0..(width as usize + 4) * 2)
        .map(|half| half as f32 / 2.0 - 1.0)
        .map(|x| json!([x, shaped.letter_at(pos2(x, y)).map(|bytes| bytes.start)]))
        .collect();
    let mut bounds: Vec<usize> = boxes.iter().map(|b| b.bytes.start).collect();
    bounds.push(line.len());
    bounds.sort_unstable();
    let mut selections = Vec::new();
    for (i, start) in bounds.iter().enumerate().step_by(2) {
        for end in bounds.iter().skip(i + 1).step_by(3) {
            let mut rects = Vec::new();
            shaped.range_rects(&(*start..*end), |r| rects.push([r.left(), r.right()]));
            selections.push(json!({ "start": start, "end": end, "rects": rects }));
        }
    }
    let letters: Vec<Value> = boxes.iter().map(letter).collect();
    json!({ "text": line, "size": STYLE.size_pt, "letters": letters, "clicks": clicks,
            "selections": selections })
}

#[test]
#[ignore = "writes a file for another program; tests/judges/bidi.sh runs it"]
fn write_cases() {
    let path = env::var_os("TAWSIM_BIDI_CASES").expect("TAWSIM_BIDI_CASES names a file");
    let more = MORE_LINES.iter().map(|line| (*line).to_owned());
    let cases: Vec<Value> = mixed_lines().into_iter().chain(more).map(|l| case(&l)).collect();
    std::fs::write(path, Value::Array(cases).to_string()).expect("the file can be written");
}
