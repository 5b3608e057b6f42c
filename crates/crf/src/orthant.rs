//! What L1 regularisation adds to L-BFGS: OWL-QN (Andrew and Gao 2007).
//!
//! The loss has the term `Σᵢ lᵢ |xᵢ|`, which has no derivative at 0. Within an orthant it is linear,
//! so each iteration chooses an orthant, moves as L-BFGS would, and stays in it: a parameter that
//! would change its sign becomes 0.

/// `Σᵢ lᵢ |xᵢ|`.
pub(crate) fn penalty(params: &[f64], l1: &[f64]) -> f64 {
    params.iter().zip(l1).map(|(param, l1)| l1 * param.abs()).sum()
}

/// The pseudo-gradient: of the two one-sided derivatives the one that leads downhill, 0 if none does.
pub(crate) fn pseudo_gradient(params: &[f64], gradient: &[f64], l1: &[f64], pseudo: &mut [f64]) {
    for (((pseudo, &param), &slope), &l1) in pseudo.iter_mut().zip(params).zip(gradient).zip(l1) {
        *pseudo = if param > 0.0 {
            slope + l1
        } else if param < 0.0 {
            slope - l1
        } else {
            (slope + l1).min(0.0) + (slope - l1).max(0.0)
        };
    }
}

/// Drops the parts of a direction that do not lead downhill; returns its slope.
pub(crate) fn align(direction: &mut [f64], pseudo: &[f64]) -> f64 {
    let mut slope = 0.0;
    for (direction, pseudo) in direction.iter_mut().zip(pseudo) {
        if *direction * pseudo >= 0.0 {
            *direction = 0.0;
        }
        slope += *direction * pseudo;
    }
    slope
}

/// `params = origin + step direction`, kept in the orthant of `origin`, or of `−pseudo` where that
/// is 0. Returns the slope along the way really gone, `(params − origin) · pseudo`.
pub(crate) fn advance(
    params: &mut [f64],
    origin: &[f64],
    step: f64,
    direction: &[f64],
    pseudo: &[f64],
) -> f64 {
    let mut slope = 0.0;
    let cells = params.iter_mut().zip(origin).zip(direction.iter().zip(pseudo));
    for ((param, &origin), (&direction, &pseudo)) in cells {
        let orthant = if origin == 0.0 { -pseudo } else { origin };
        let moved = origin + step * direction;
        *param = if moved * orthant > 0.0 { moved } else { 0.0 };
        slope += (*param - origin) * pseudo;
    }
    slope
}
