//! Distances between places, good to a percent, the same on every machine.

/// A point on the earth.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Point {
    /// Kilometres north of the equator.
    north: f32,
    /// Degrees east.
    east: f32,
    /// Kilometres of a degree eastwards.
    degree: f32,
}

const KM_PER_DEGREE: f32 = 111.2;
/// Where closeness is one half.
const HALF_KM: f32 = 25.0;

impl Point {
    /// From degrees times 100,000.
    pub(crate) fn new((lat_e5, lon_e5): (i32, i32)) -> Self {
        let (lat, east) = (lat_e5 as f32 / 1e5, lon_e5 as f32 / 1e5);
        Self { north: lat * KM_PER_DEGREE, east, degree: cosine(lat) * KM_PER_DEGREE }
    }

    /// Kilometres, on the plane that touches the earth between the points.
    pub(crate) fn distance(self, other: Self) -> f32 {
        let north = self.north - other.north;
        let degrees = (self.east - other.east).abs();
        let east = degrees.min(360.0 - degrees) * (self.degree + other.degree) / 2.0;
        (north * north + east * east).sqrt()
    }

    /// 1 for the same place, one half at [`HALF_KM`], to 0 far away: `1 / (1 + (d / HALF_KM)²)`.
    pub(crate) fn closeness(self, other: Self) -> f32 {
        let share = self.distance(other) / HALF_KM;
        1.0 / (1.0 + share * share)
    }
}

/// Taylor's series to the sixth power: at most 0.03 off up to the poles, 0.001 up to 57°. `f32::cos`
/// differs between platforms.
fn cosine(degrees: f32) -> f32 {
    let x = degrees.to_radians();
    let x2 = x * x;
    (1.0 - x2 / 2.0 + x2 * x2 / 24.0 - x2 * x2 * x2 / 720.0).max(0.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The great circle, by the haversine formula.
    fn great_circle(a: (f64, f64), b: (f64, f64)) -> f64 {
        let (lat_a, lat_b) = (a.0.to_radians(), b.0.to_radians());
        let lon = (b.1 - a.1).to_radians();
        let h = ((lat_b - lat_a) / 2.0).sin().powi(2)
            + lat_a.cos() * lat_b.cos() * (lon / 2.0).sin().powi(2);
        2.0 * 6371.0 * h.sqrt().asin()
    }

    #[test]
    fn near_places_agree_with_the_great_circle() {
        let places =
            [(36.206, 37.152), (35.929, 36.635), (33.517, 36.277), (15.35, 44.2), (32.9, 13.18)];
        let point = |(lat, lon): (f64, f64)| Point::new(((lat * 1e5) as i32, (lon * 1e5) as i32));
        for a in places {
            for b in places {
                let (exact, ours) = (great_circle(a, b), f64::from(point(a).distance(point(b))));
                assert!((exact - ours).abs() <= 0.02 * exact + 0.1, "{a:?} {b:?} {exact} {ours}");
            }
        }
        assert_eq!(point(places[0]).closeness(point(places[0])), 1.0);
    }
}
