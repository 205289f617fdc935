//! What is demanded of a body that is an image.

use std::collections::BTreeMap;

use image::{DynamicImage, GenericImageView, ImageFormat};
use serde::Deserialize;

/// How far a channel may be from the colour that is demanded: formats that lose something keep it about.
const NEAR: u8 = 48;

/// Sides, format and single pixels of an image.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Picture {
    /// `png`, `jpeg`, `gif`, `webp`; by the content.
    format: String,
    width: u32,
    height: u32,
    /// Colours by place: `3,0: red`.
    #[serde(default)]
    pixels: BTreeMap<String, Colour>,
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Colour {
    Red,
    Green,
    Blue,
    White,
}

impl Colour {
    fn channels(self) -> [u8; 3] {
        match self {
            Self::Red => [255, 0, 0],
            Self::Green => [0, 255, 0],
            Self::Blue => [0, 0, 255],
            Self::White => [255, 255, 255],
        }
    }
}

impl Picture {
    /// Whether the bytes are such an image.
    ///
    /// # Errors
    /// What differs.
    pub fn judge(&self, bytes: &[u8]) -> Result<(), String> {
        let format = image::guess_format(bytes).map_err(|error| format!("no image: {error}"))?;
        let wanted = ImageFormat::from_extension(&self.format).ok_or_else(|| format!("no format {}", self.format))?;
        if format != wanted {
            return Err(format!("the image is {format:?}"));
        }
        let image = image::load_from_memory_with_format(bytes, format).map_err(|error| error.to_string())?;
        if image.dimensions() != (self.width, self.height) {
            return Err(format!("the image has {:?} pixels", image.dimensions()));
        }
        self.pixels.iter().try_for_each(|(place, colour)| judge_pixel(&image, place, *colour))
    }
}

fn judge_pixel(image: &DynamicImage, place: &str, wanted: Colour) -> Result<(), String> {
    let sides = place.split_once(',').and_then(|(x, y)| Some((x.parse().ok()?, y.parse().ok()?)));
    let (x, y) = sides.ok_or_else(|| format!("no place in an image: {place}"))?;
    if !image.in_bounds(x, y) {
        return Err(format!("the image has nothing at {place}"));
    }
    let found = image.get_pixel(x, y).0;
    let is_near = found.iter().zip(wanted.channels()).all(|(found, wanted)| found.abs_diff(wanted) <= NEAR);
    if is_near { Ok(()) } else { Err(format!("the image is {found:?} at {place}, not {wanted:?}")) }
}
