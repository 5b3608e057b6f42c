//! The program's arguments and standard input.

use std::ffi::OsString;
use std::fs;
use std::os::unix::ffi::OsStringExt;
use std::sync::LazyLock;

use tempfile::TempDir;

/// Where the program runs: no argument has a slash, so it reaches nothing else.
static FOLDER: LazyLock<TempDir> = LazyLock::new(|| {
    let folder = tempfile::tempdir().expect("a temporary folder");
    std::env::set_current_dir(folder.path()).expect("it is there");
    folder
});

/// Arguments, one a line, up to an empty line; what stands behind it is standard input.
///
/// Files of the folder: `m.tawsim` (a model), `a.txt`, `g.jsonl` (annotated), `n.tsv` (a gazetteer).
pub fn cli(data: &[u8]) {
    let (head, stdin) = cut(data);
    let args =
        std::iter::once(OsString::from("tawsim")).chain(head.split(|b| *b == b'\n').map(harmless));
    let args: Vec<OsString> = args.collect();
    LazyLock::force(&FOLDER);
    fill();
    let (mut stdout, mut stderr) = (Vec::new(), Vec::new());
    let code = tawsim_cli::run(args.clone(), &mut &*stdin, &mut stdout, &mut stderr).code();
    let said = String::from_utf8_lossy(&stderr);
    assert!(code <= 3, "{args:?} ends with {code}: {said}");
    assert!(code == 0 || !stderr.is_empty(), "{args:?} ends with {code} and says nothing");
    assert!(code != 2 || stdout.is_empty(), "{args:?} is refused and yet writes");
    assert!(!said.contains('\u{1b}'), "{args:?} lets an escape through: {said:?}");
}

fn cut(data: &[u8]) -> (&[u8], &[u8]) {
    match data.windows(2).position(|two| two == b"\n\n") {
        Some(at) => (&data[..at], &data[at + 2..]),
        None => (data, b""),
    }
}

/// An argument that leads nowhere out of the folder and asks for no army of threads.
fn harmless(arg: &[u8]) -> OsString {
    let mut arg: Vec<u8> =
        arg.iter().map(|b| if matches!(b, b'/' | 0) { b'_' } else { *b }).collect();
    while let Some(at) = arg.windows(2).position(|two| two == b"..") {
        arg[at] = b'_';
    }
    let is_number = !arg.is_empty() && arg.iter().all(u8::is_ascii_digit);
    arg.truncate(if is_number { 2 } else { 200 });
    OsString::from_vec(arg)
}

/// The folder as it was at first.
fn fill() {
    static MODEL: LazyLock<Vec<u8>> = LazyLock::new(crate::small_model);
    static GOLD: LazyLock<Vec<u8>> = LazyLock::new(|| {
        let (mut labels, mut out) = (tawsim_corpus::LabelSet::new(), Vec::new());
        let document = crate::sample(&mut labels);
        tawsim_corpus::write_jsonl(&document, &labels, &mut out).expect("to memory");
        out
    });
    let names = "id\tkind\tname\tnames\tlatin\tvalid_from\tvalid_to\tsource\tcountry\tadmin1\tadmin2\tadmin3\tpcode\tgeonames\tlat\tlon\tprecision\n\
                 place:sy:1\tcity\tحلب\t\t\t\t\town\tSY\tحلب\t\t\t\t\t36.2\t37.1\tpoint\n";
    let files: [(&str, &[u8]); 4] = [
        ("m.tawsim", &MODEL),
        ("a.txt", crate::SAMPLE.as_bytes()),
        ("g.jsonl", &GOLD),
        ("n.tsv", names.as_bytes()),
    ];
    for entry in fs::read_dir(".").expect("the folder").flatten() {
        let is_folder = entry.file_type().is_ok_and(|kind| kind.is_dir());
        let name = entry.file_name();
        let is_known = files.iter().any(|(known, _)| name == *known);
        if is_folder {
            fs::remove_dir_all(&name).expect("it is ours");
        } else if !is_known {
            fs::remove_file(&name).expect("it is ours");
        }
    }
    for (name, bytes) in files {
        if fs::metadata(name).map_or(true, |data| data.len() != bytes.len() as u64) {
            fs::write(name, bytes).expect("the folder can be written");
        }
    }
}
