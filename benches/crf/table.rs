//! The rows of the report.

use crate::peer::Metrics;

/// Rows with bars: printed as they come.
pub(crate) struct Table;

impl Table {
    pub(crate) fn new() -> Self {
        println!("| measure | CRFsuite | here | result | must | goal |");
        println!("| --- | --- | --- | --- | --- | --- |");
        Self
    }

    fn row(&mut self, cells: [&str; 6]) {
        println!("| {} |", cells.join(" | "));
    }

    pub(crate) fn training(&mut self, peer: &Metrics, own: &Metrics, two: &Metrics) {
        let (theirs, ours) = (peer.number("loss"), own.number("loss"));
        let iterations =
            |run: &Metrics, loss: f64| format!("{loss:.3}, {} iterations", run.text("iterations"));
        self.row([
            "final objective",
            &iterations(peer, theirs),
            &iterations(own, ours),
            &format!("{:+.1e} relative", (ours - theirs) / theirs),
            "1e-4",
            "lower",
        ]);
        self.ratio(
            "CPU s to CRFsuite's loss, one thread",
            peer.number("cpu_s"),
            own.number("target_cpu_s"),
            ["0.50", "0.30"],
        );
        self.ratio(
            "CPU s to its own end, one thread",
            peer.number("cpu_s"),
            own.number("cpu_s"),
            ["", ""],
        );
        self.ratio(
            "wall s to CRFsuite's loss, two threads",
            peer.number("wall_s"),
            two.number("target_wall_s"),
            ["0.30", "0.17"],
        );
        self.ratio(
            "peak memory, MiB",
            peer.number("peak_mib"),
            own.number("peak_mib"),
            ["1.0", "0.6"],
        );
    }

    fn ratio(&mut self, measure: &str, theirs: f64, ours: f64, bars: [&str; 2]) {
        let result = format!("{:.3}", ours / theirs);
        self.row([
            measure,
            &format!("{theirs:.2}"),
            &format!("{ours:.2}"),
            &result,
            bars[0],
            bars[1],
        ]);
    }

    /// CRFsuite looks attribute strings up and adds their weights in `set`, and decodes in `tag`.
    pub(crate) fn decoding(&mut self, peer: &Metrics, own: &Metrics) {
        let n_positions = peer.number("positions");
        let per_attribute = own.number("activations") / own.number("positions");
        let rate = |seconds: f64| format!("{:.0} positions/s", n_positions / seconds);
        let theirs = peer.number("set_s") + peer.number("tag_s");
        for precision in ["F32", "I16", "I8"] {
            let ours = own.number(&format!("{precision}_s"));
            let measure =
                format!("labelling, {per_attribute:.0} known attributes, {precision} weights");
            let result = format!("{:.1}×", theirs / ours);
            self.row([&measure, &rate(theirs), &rate(ours), &result, "5×", "10×"]);
        }
        let (theirs, ours) = (peer.number("tag_s"), own.number("viterbi_s"));
        let result = format!("{:.1}×", theirs / ours);
        let measure = "the last step alone, from scores to labels";
        self.row([measure, &rate(theirs), &rate(ours), &result, "", ""]);
    }

    pub(crate) fn accuracy(&mut self, theirs: f64, ours: f64) {
        let show = |f1: f64| format!("{:.2}", 100.0 * f1);
        let result = format!("{:+.2}", 100.0 * (ours - theirs));
        self.row(["entity F1 on the last tenth", &show(theirs), &show(ours), &result, "± 0.1", ""]);
    }

    pub(crate) fn quantised(&mut self, precision: &str, lost: f64) {
        let measure = format!("entity F1 lost with {precision} weights");
        self.row([&measure, "", "", &format!("{:.2}", 100.0 * lost), "", ""]);
    }

    pub(crate) fn identity(&mut self, measure: &str, hashes: &[String]) {
        let is_same = hashes.iter().all(|hash| *hash == hashes[0]);
        let result = if is_same { "identical" } else { "DIFFERENT" };
        self.row([measure, "", &hashes[0], result, "identical", ""]);
    }
}

/// F1 of entities in IOB2 labels: an entity counts when label, begin and end agree.
pub(crate) fn entity_f1(gold: &[Vec<String>], found: &[Vec<String>]) -> f64 {
    assert_eq!(gold.len(), found.len(), "the same sequences");
    let (mut n_right, mut n_all) = (0, 0);
    for (gold, found) in gold.iter().zip(found) {
        let (gold, found) = (entities(gold), entities(found));
        n_right += found.iter().filter(|entity| gold.contains(entity)).count();
        n_all += gold.len() + found.len();
    }
    2.0 * n_right as f64 / n_all as f64
}

/// (Label, begin, end) of every entity. An I that continues nothing begins one.
fn entities(labels: &[String]) -> Vec<(&str, usize, usize)> {
    let mut entities: Vec<(&str, usize, usize)> = Vec::new();
    for (at, label) in labels.iter().enumerate() {
        let Some((prefix, name)) = label.split_once('-') else { continue };
        match entities.last_mut() {
            Some((last, _, end)) if prefix == "I" && *last == name && *end == at => *end = at + 1,
            _ => entities.push((name, at, at + 1)),
        }
    }
    entities
}
