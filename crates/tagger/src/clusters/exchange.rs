//! The exchange algorithm for word classes: S. Martin, J. Liermann, H. Ney, "Algorithms for bigram and
//! trigram word clustering", 1998, in the predictive form of J. Uszkoreit and T. Brants 2008, here in
//! both directions: a word's class is predicted from the word before it and from the word behind it.
//!
//! With counts `N(v, c)` of a word `v` beside a class `c` on one side, the part of the log-likelihood that
//! depends on the classes is `Σ_{v,c} f(N(v,c)) − Σ_c f(N(c))` a side, where `f(n) = n ln n`.

use rayon::prelude::*;

/// Neighbours of each word on one side, and how often words stand beside classes.
pub(super) struct Side {
    /// Start of each word's neighbours in `neighbours`; one more entry than words.
    starts: Vec<u32>,
    /// (neighbour, count), ascending.
    neighbours: Vec<(u32, u32)>,
    /// For each neighbour, the classes it stands beside: (class, count > 0), in any order.
    beside: Vec<Vec<(u16, u32)>>,
}

/// Classes under improvement.
pub(super) struct Exchange {
    sides: [Side; 2],
    class_of: Vec<u16>,
    word_counts: Vec<u64>,
    class_counts: Vec<u64>,
    /// `f(n)` for small `n`.
    table: Vec<f32>,
}

/// The most words whose moves are decided before any of them is made. It is part of the result.
const MAX_BLOCK_WORDS: usize = 64;
const TABLE_LEN: usize = 1 << 16;

impl Side {
    /// From pairs `(word, neighbour)`, any number of times each.
    pub(super) fn new(mut pairs: Vec<(u32, u32)>, n_words: usize, n_neighbours: usize) -> Self {
        pairs.par_sort_unstable();
        let mut starts = vec![0_u32; n_words + 1];
        let mut neighbours: Vec<(u32, u32)> = Vec::new();
        for run in pairs.chunk_by(|a, b| a == b) {
            let (word, neighbour) = run[0];
            neighbours.push((neighbour, run.len() as u32));
            starts[word as usize + 1] = neighbours.len() as u32;
        }
        for idx in 1..starts.len() {
            starts[idx] = starts[idx].max(starts[idx - 1]);
        }
        Self { starts, neighbours, beside: vec![Vec::new(); n_neighbours] }
    }

    fn neighbours(&self, word: usize) -> &[(u32, u32)] {
        &self.neighbours[self.starts[word] as usize..self.starts[word + 1] as usize]
    }

    /// Adds the word's neighbours to a class.
    fn add(&mut self, word: usize, class: u16) {
        for idx in self.starts[word] as usize..self.starts[word + 1] as usize {
            let (neighbour, count) = self.neighbours[idx];
            let beside = &mut self.beside[neighbour as usize];
            match beside.iter_mut().find(|(known, _)| *known == class) {
                Some((_, total)) => *total += count,
                None => beside.push((class, count)),
            }
        }
    }

    /// Takes the word's neighbours out of a class.
    fn remove(&mut self, word: usize, class: u16) {
        for idx in self.starts[word] as usize..self.starts[word + 1] as usize {
            let (neighbour, count) = self.neighbours[idx];
            let beside = &mut self.beside[neighbour as usize];
            let at = beside.iter().position(|(known, _)| *known == class);
            let at = at.expect("the word was added to this class");
            beside[at].1 -= count;
            if beside[at].1 == 0 {
                beside.swap_remove(at);
            }
        }
    }
}

impl Exchange {
    /// Starts with words dealt to classes in turn, the most frequent first.
    pub(super) fn new(sides: [Side; 2], word_counts: Vec<u64>, n_classes: u16) -> Self {
        let class_of: Vec<u16> =
            (0..word_counts.len()).map(|word| (word % usize::from(n_classes)) as u16).collect();
        let mut class_counts = vec![0; n_classes.into()];
        for (word, &class) in class_of.iter().enumerate() {
            class_counts[usize::from(class)] += word_counts[word];
        }
        let table = (0..TABLE_LEN).map(|n| plain_f(n as u64)).collect();
        let mut exchange = Self { sides, class_of, word_counts, class_counts, table };
        for word in 0..exchange.class_of.len() {
            let class = exchange.class_of[word];
            exchange.sides.iter_mut().for_each(|side| side.add(word, class));
        }
        exchange
    }

    /// Offers every word a better class once; returns how many moved.
    pub(super) fn pass(&mut self) -> usize {
        let n_words = self.class_of.len();
        // Few words move one by one: in large blocks they would chase each other.
        let block_words = (n_words / 256).clamp(1, MAX_BLOCK_WORDS);
        let n_blocks = n_words.div_ceil(block_words);
        let mut n_moved = 0;
        for block in 0..n_blocks {
            // Every n_blocks-th word: words of like frequency would chase each other.
            let words: Vec<usize> = (block..n_words).step_by(n_blocks).collect();
            let best: Vec<u16> = words.par_iter().map(|&word| self.best_class(word)).collect();
            for (word, class) in words.into_iter().zip(best) {
                if self.class_of[word] != class {
                    self.relocate(word, class);
                    n_moved += 1;
                }
            }
        }
        n_moved
    }

    /// The class of each word.
    pub(super) fn into_classes(self) -> Vec<u16> {
        self.class_of
    }

    fn relocate(&mut self, word: usize, class: u16) {
        let old = std::mem::replace(&mut self.class_of[word], class);
        for side in &mut self.sides {
            side.remove(word, old);
            side.add(word, class);
        }
        self.class_counts[usize::from(old)] -= self.word_counts[word];
        self.class_counts[usize::from(class)] += self.word_counts[word];
    }

    /// The class with the highest likelihood for a word, all others staying; the lower number on a tie.
    fn best_class(&self, word: usize) -> u16 {
        let (own, word_count) = (self.class_of[word], self.word_counts[word]);
        let mut gains = vec![0.0_f32; self.class_counts.len()];
        for (class, gain) in gains.iter_mut().enumerate() {
            let count = self.class_counts[class];
            let without = if class == usize::from(own) { count - word_count } else { count };
            *gain = -2.0 * (self.f(without + word_count) - self.f(without));
        }
        for side in &self.sides {
            for &(neighbour, count) in side.neighbours(word) {
                let alone = self.f(count.into());
                for &(class, total) in &side.beside[neighbour as usize] {
                    let without = if class == own { total - count } else { total };
                    let with = u64::from(without) + u64::from(count);
                    gains[usize::from(class)] += self.f(with) - self.f(without.into()) - alone;
                }
            }
        }
        let better =
            |best: usize, class: usize| if gains[class] > gains[best] { class } else { best };
        (0..gains.len()).fold(0, better) as u16
    }

    #[inline]
    fn f(&self, n: u64) -> f32 {
        self.table.get(n as usize).copied().unwrap_or_else(|| plain_f(n))
    }
}

fn plain_f(n: u64) -> f32 {
    if n == 0 { 0.0 } else { (n as f64 * (n as f64).ln()) as f32 }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `a` words stand before `x` words, `b` words before `y` words.
    #[test]
    fn words_with_the_same_neighbours_share_a_class() {
        let bigrams = [(0, 2), (1, 3), (0, 3), (1, 2), (4, 6), (5, 7), (4, 7), (5, 6)];
        let pairs = |n: usize| bigrams.iter().copied().cycle().take(bigrams.len() * n);
        let left = Side::new(pairs(5).map(|(v, w)| (w, v)).collect(), 8, 8);
        let right = Side::new(pairs(5).collect(), 8, 8);
        let mut exchange = Exchange::new([left, right], vec![10; 8], 4);
        let n_passes = (0..20).take_while(|_| exchange.pass() > 0).count();
        assert!(n_passes < 20);
        let class = exchange.into_classes();
        for (a, b) in [(0, 1), (2, 3), (4, 5), (6, 7)] {
            assert_eq!(class[a], class[b], "{class:?}");
        }
        assert_ne!(class[0], class[4]);
        assert_ne!(class[2], class[6]);
    }
}
