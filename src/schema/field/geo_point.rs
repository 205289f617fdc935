//! GeoPoint fields: a point on the globe, stored as `{"lon":0,"lat":0}`.

use serde_json::{Map, Value as Json};

use super::encode;
use crate::error::Fault;
use crate::store::ValueRef;

/// Longitude and latitude.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(super) struct Point {
    lon: f64,
    lat: f64,
}

impl Point {
    /// What was submitted: an object or its JSON text. What is no number is 0.
    pub fn cast(submitted: &Json) -> Self {
        match submitted {
            Json::Object(map) => Self::of(map),
            Json::String(text) => serde_json::from_str(text).map(|map| Self::of(&map)).unwrap_or_default(),
            _ => Self::default(),
        }
    }

    fn of(map: &Map<String, Json>) -> Self {
        let mut point = Self::default();
        for (key, value) in map {
            let number = value.as_f64().map_or(0.0, |number| number + 0.0);
            if key.eq_ignore_ascii_case("lon") {
                point.lon = number;
            } else if key.eq_ignore_ascii_case("lat") {
                point.lat = number;
            }
        }
        point
    }

    /// What is stored; anything but text is Null Island.
    pub fn stored(value: ValueRef<'_>) -> Self {
        match value {
            ValueRef::Text(text) => quick(text).unwrap_or_else(|| Self::cast(&Json::String(text.to_owned()))),
            _ => Self::default(),
        }
    }

    /// Whether it is Null Island.
    pub fn is_zero(self) -> bool {
        self == Self::default()
    }

    pub fn check(self) -> Option<Fault> {
        if self.lat.abs() > 90.0 {
            let message = "Latitude must be between -90 and 90 degrees.";
            return Some(Fault::new("validation_invalid_latitude", message));
        }
        let message = "Longitude must be between -180 and 180 degrees.";
        (self.lon.abs() > 180.0).then(|| Fault::new("validation_invalid_longitude", message))
    }

    /// Appends it as it is stored and shown.
    pub fn write_json(self, out: &mut Vec<u8>) {
        out.extend_from_slice(b"{\"lon\":");
        encode::number(self.lon, out);
        out.extend_from_slice(b",\"lat\":");
        encode::number(self.lat, out);
        out.push(b'}');
    }

    pub fn to_answer(self) -> Json {
        let mut map = Map::new();
        map.insert("lon".to_owned(), encode::json_number(self.lon));
        map.insert("lat".to_owned(), encode::json_number(self.lat));
        Json::Object(map)
    }
}

/// Reads what Tuckbox writes without a parser.
fn quick(text: &str) -> Option<Point> {
    let (lon, lat) = text.strip_prefix("{\"lon\":")?.strip_suffix('}')?.split_once(",\"lat\":")?;
    let number = |text: &str| text.parse().ok().filter(|number: &f64| number.is_finite());
    Some(Point { lon: number(lon)?, lat: number(lat)? })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::testing::{answer, code, field};
    use super::*;
    use crate::store::Value;

    #[test]
    fn submitted_values_become_points() {
        let place = field(json!({"type": "geoPoint", "name": "place"}));
        for (submitted, expected) in [
            (json!({"lon": 12.5, "lat": -7}), r#"{"lon":12.5,"lat":-7}"#),
            (json!({"LON": 1, "Lat": 2, "x": 3}), r#"{"lon":1,"lat":2}"#),
            (json!({"lon": 1}), r#"{"lon":1,"lat":0}"#),
            (json!({"lon": 1, "lat": "x"}), r#"{"lon":1,"lat":0}"#),
            (json!({"lon": "5", "lat": true}), r#"{"lon":0,"lat":0}"#),
            (json!({"lon": null, "lat": -0.0}), r#"{"lon":0,"lat":0}"#),
            (json!(r#"{"lon":1.5,"lat":2}"#), r#"{"lon":1.5,"lat":2}"#),
            (json!("[1,2]"), r#"{"lon":0,"lat":0}"#),
            (json!([1, 2]), r#"{"lon":0,"lat":0}"#),
            (json!(5), r#"{"lon":0,"lat":0}"#),
            (json!(null), r#"{"lon":0,"lat":0}"#),
        ] {
            assert_eq!(place.cast(&submitted), Value::from(expected), "{submitted}");
            assert_eq!(answer(&place, &submitted), expected, "{submitted}");
        }
    }

    #[test]
    fn what_others_stored_is_answered_as_a_point() {
        let place = field(json!({"type": "geoPoint", "name": "place"}));
        for (stored, expected) in [
            (r#"{"lat": 2, "lon": 1}"#, r#"{"lon":1,"lat":2}"#),
            (r#"{"lon":inf,"lat":0}"#, r#"{"lon":0,"lat":0}"#),
            ("nonsense", r#"{"lon":0,"lat":0}"#),
        ] {
            assert_eq!(encode::text_of(|out| place.write_json(ValueRef::Text(stored), out)), expected);
        }
        assert_eq!(encode::text_of(|out| place.write_json(ValueRef::Null, out)), r#"{"lon":0,"lat":0}"#);
    }

    #[test]
    fn latitude_is_checked_before_longitude() {
        let place = field(json!({"type": "geoPoint", "name": "place", "required": true}));
        for (submitted, expected) in [
            (json!({"lon": 200, "lat": 100}), Some("validation_invalid_latitude")),
            (json!({"lon": 200, "lat": 90}), Some("validation_invalid_longitude")),
            (json!({"lon": -180, "lat": -90}), None),
            (json!({"lon": 0, "lat": 0}), Some("validation_required")),
        ] {
            assert_eq!(code(place.check(&place.cast(&submitted))), expected, "{submitted}");
        }
    }
}
