//! The folder in which printed commands run.

use std::fs;
use std::path::{Path, PathBuf};

use tawsim_tests::repository;

/// Files of the repository of which so many lines are enough.
const SHORTENED: [(&str, usize); 3] = [
    ("corpus/conflict-ar/train.jsonl", 8),
    ("corpus/conflict-ar/dev.jsonl", 3),
    ("models/clusters-ar.tsv", 2_000),
];

/// Folders of the repository of which so many files are enough.
const FOLDERS: [(&str, usize); 3] =
    [("corpus/gazetteer", 100), ("corpus/links", 100), ("corpus/conflict-ar/train", 3)];

/// Small texts, as the user's own.
const TEXTS: [(&str, &str); 4] = [
    (
        "article.txt",
        "مقتل 18 عنصراً لداعش في ريف دير الزور\nقصف على مدينة خان شيخون يوم 5 أيار 2018\n",
    ),
    ("news/1.txt", "قصف على حلب وعلى إدلب، ومقتل 3 مدنيين\n"),
    ("news/2.txt", "أعلنت هيئة تحرير الشام سيطرتها على خان شيخون\n"),
    ("words.crfsuite", "B\tw=حلب\tlen=3\nO\tw=قصف\n\nO\tw=على\nB\tw=حماة\n\n"),
];

/// A row of a gazetteer, as the book shows how to add one.
const OWN_NAMES: &str = "id\tkind\tname\tnames\tlatin\tvalid_from\tvalid_to\tsource\tcountry\tadmin1\tadmin2\tadmin3\tpcode\tgeonames\tlat\tlon\tprecision\n# own\n\
     place:sy:own1\tvillage\tتل الاختبار\t\t\t\t\town\tSY\tإدلب\t\t\t\t\t35.6\t36.7\tpoint\n";

fn write(folder: &Path, name: &str, text: &str) {
    let path = folder.join(name);
    fs::create_dir_all(path.parent().expect("it is in the folder")).expect("a new folder");
    fs::write(path, text).expect("the folder can be written");
}

fn first_lines(text: &str, n_lines: usize) -> String {
    text.split_inclusive('\n').take(n_lines).collect()
}

/// Annotated documents of a user.
const ANNOTATED: [&str; 4] = ["mine.jsonl", "news.jsonl", "gold.jsonl", "done.jsonl"];

/// What annotators do between two commands: annotated files that are not there, or empty, are filled.
pub(super) fn annotate(folder: &Path) {
    let train = folder.join(SHORTENED[0].0);
    for name in ANNOTATED.map(|name| folder.join(name)) {
        if fs::metadata(&name).map_or(0, |data| data.len()) == 0 {
            fs::copy(&train, name).expect("the folder can be written");
        }
    }
}

/// A folder with what the commands read: parts of the repository and a user's own files.
pub(super) fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let ours = |name: &str| fs::read_to_string(repository().join(name)).expect(name);
    for (name, n_lines) in SHORTENED {
        write(folder.path(), name, &first_lines(&ours(name), n_lines));
    }
    for (name, n_files) in FOLDERS {
        let files = repository().join(name).read_dir().expect(name);
        let mut files: Vec<PathBuf> = files.map(|file| file.expect(name).path()).collect();
        files.sort();
        for file in files.iter().take(n_files) {
            let below = file.strip_prefix(repository()).expect("it is ours");
            write(folder.path(), &below.to_string_lossy(), &ours(&below.to_string_lossy()));
        }
    }
    for (name, text) in TEXTS {
        write(folder.path(), name, text);
    }
    write(folder.path(), "names.tsv", OWN_NAMES);
    let file = "corpus/conflict-ar/dev/sy-nw-013.tagged";
    write(folder.path(), file, &ours(file));
    folder
}
