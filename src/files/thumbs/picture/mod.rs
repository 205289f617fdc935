//! From the bytes of an image to those of a thumb. Everything here computes for a while and may take much memory; how
//! much is known from the header of the image, before anything is decoded.

mod webp;

use std::io::Cursor;

use fast_image_resize::{FilterType, ResizeAlg, ResizeOptions, Resizer};
use image::codecs::gif::GifEncoder;
use image::codecs::jpeg::JpegEncoder;
use image::codecs::png::PngEncoder;
use image::metadata::Orientation;
use image::{ColorType, DynamicImage, ExtendedColorType, ImageDecoder, ImageEncoder, ImageFormat, ImageReader, Limits};

use super::size::{Size, Target};

/// How many pixels an image may have: the photos of telephones have 50 million.
const MOST_PIXELS: u64 = 1 << 26;
/// How many bytes an image may have when it is decoded.
const MOST_BYTES: u64 = 1 << 28;
/// How many pixels a thumb may have, since zero sides let the image say how long the other one is.
const MOST_THUMB_PIXELS: u64 = 1 << 24;
/// The longest side that the formats of thumbs can write.
const LONGEST_SIDE: u32 = u16::MAX as u32;
/// What a decoder gets beside the pixels.
const BASE: u64 = 4 << 20;
/// The quality of JPEG thumbs, of 100.
const QUALITY: u8 = 95;
/// How carefully colours of GIF thumbs are chosen: from 1, the slowest, to 30.
const PALETTE_SPEED: i32 = 10;
/// The longest colour profile that a thumb takes over.
const LONGEST_PROFILE: usize = 64 << 10;
/// What some programs write before the EXIF block of formats that mark it otherwise.
const EXIF_MARK: &[u8] = b"Exif\0\0";

/// A thumb that was made.
#[derive(Debug)]
pub(super) struct Thumb {
    pub(super) bytes: Vec<u8>,
    pub(super) content_type: &'static str,
}

/// Why there is no thumb.
#[derive(Debug, thiserror::Error)]
pub(super) enum Unmade {
    #[error("it is no image of a known format")]
    Unknown,
    #[error("the image is too large: {0} by {1} pixels")]
    TooLarge(u32, u32),
    #[error("the thumb would be too large: {0} by {1} pixels")]
    ThumbTooLarge(u32, u32),
    #[error("the image cannot be read: {0}")]
    Unreadable(#[from] image::ImageError),
    #[error("the image cannot be resized: {0}")]
    Resize(#[from] fast_image_resize::ResizeError),
    #[error("a decoder failed in a way that it was not made for")]
    Panicked,
}

/// An image whose header is read.
pub(super) struct Picture<'f> {
    decoder: Box<dyn ImageDecoder + 'f>,
    format: ImageFormat,
    orientation: Orientation,
    target: Target,
    memory: u64,
}

impl<'f> Picture<'f> {
    /// Reads the header of a file, and what a thumb of a size needs.
    ///
    /// # Errors
    /// It is no image, or it or the thumb is larger than the limits.
    pub(super) fn open(file: &'f [u8], size: Size) -> Result<Self, Unmade> {
        let format = match image::guess_format(file) {
            Ok(format @ (ImageFormat::Jpeg | ImageFormat::Png | ImageFormat::Gif | ImageFormat::WebP)) => format,
            _ => return Err(Unmade::Unknown),
        };
        let mut limits = Limits::no_limits();
        limits.max_alloc = Some(MOST_BYTES);
        let mut reader = ImageReader::with_format(Cursor::new(file), format);
        reader.limits(limits.clone());
        let mut decoder: Box<dyn ImageDecoder + 'f> = Box::new(reader.into_decoder()?);
        let (width, height) = decoder.dimensions();
        let (widest, highest) = match format {
            ImageFormat::WebP => webp::largest_frame(file).unwrap_or_default(),
            _ => (0, 0),
        };
        let most = |width, height| u64::from(width) * u64::from(height);
        let pixels = most(width, height).max(most(widest, highest));
        let bytes = pixels * u64::from(decoder.color_type().bytes_per_pixel());
        if pixels == 0 || pixels > MOST_PIXELS || bytes > MOST_BYTES {
            return Err(Unmade::TooLarge(width.max(widest), height.max(highest)));
        }
        let orientation = orientation(decoder.as_mut());
        // The thumb is turned, not the image, which costs less; so it is made for the image as it lies.
        let target = laid(orientation, |sides| size.of(sides.0, sides.1), (width, height));
        let thumb = most(target.width, target.height);
        if thumb > MOST_THUMB_PIXELS || target.width.max(target.height) > LONGEST_SIDE {
            return Err(Unmade::ThumbTooLarge(target.width, target.height));
        }
        // Decoders hold coefficients or planes beside the pixels, and so does resizing where there is transparency.
        let copies = if format == ImageFormat::Jpeg { 2 } else { 1 };
        let memory = BASE + bytes * 3 + thumb * 16 + copies * file.len() as u64;
        limits.max_alloc = Some(memory);
        decoder.set_limits(limits)?;
        Ok(Self { decoder, format, orientation, target, memory })
    }

    /// How many bytes of memory [`Picture::thumb`] may take, about.
    pub(super) fn memory(&self) -> u64 {
        self.memory
    }

    /// Decodes the image (of an animation: the first frame) and makes the thumb.
    ///
    /// # Errors
    /// The content is not what the header promised.
    pub(super) fn thumb(mut self) -> Result<Thumb, Unmade> {
        let profile = self.decoder.icc_profile().ok().flatten();
        let image = DynamicImage::from_decoder(self.decoder)?;
        let mut thumb = DynamicImage::new(self.target.width, self.target.height, image.color());
        // A kernel as wide as the pixels that become one: plain interpolation would skip most of a large image.
        let mut options = ResizeOptions::new().resize_alg(ResizeAlg::Convolution(FilterType::Bilinear));
        if self.target.kept.is_some() {
            options = options.fit_into_destination(self.target.kept);
        }
        Resizer::new().resize(&image, &mut thumb, &options)?;
        drop(image);
        thumb.apply_orientation(self.orientation);
        Ok(encode(self.format, thumb, profile)?)
    }
}

/// How an image is to be turned; as it is where nothing readable says so.
fn orientation(decoder: &mut dyn ImageDecoder) -> Orientation {
    let exif = decoder.exif_metadata().ok().flatten().unwrap_or_default();
    let block = exif.strip_prefix(EXIF_MARK).unwrap_or(&exif);
    Orientation::from_exif_chunk(block).unwrap_or(Orientation::NoTransforms)
}

/// What a target for the turned image is for the image before it is turned.
fn laid(orientation: Orientation, target: impl FnOnce((u32, u32)) -> Target, (width, height): (u32, u32)) -> Target {
    let (turned, from_right, from_bottom) = match orientation {
        Orientation::NoTransforms => (false, false, false),
        Orientation::FlipHorizontal => (false, true, false),
        Orientation::FlipVertical => (false, false, true),
        Orientation::Rotate180 => (false, true, true),
        Orientation::Rotate90FlipH => (true, false, false),
        Orientation::Rotate270 => (true, true, false),
        Orientation::Rotate90 => (true, false, true),
        Orientation::Rotate270FlipH => (true, true, true),
    };
    let Target { width, height, kept } = target(if turned { (height, width) } else { (width, height) });
    let mirrored = |at: f64, from_end: bool| if from_end { 1.0 - at } else { at };
    let laid = |(x, y)| (mirrored(x, from_right), mirrored(y, from_bottom));
    if turned {
        Target { width: height, height: width, kept: kept.map(|(x, y)| laid((y, x))) }
    } else {
        Target { width, height, kept: kept.map(laid) }
    }
}

/// Writes a thumb: JPEG and GIF stay what they are, everything else becomes PNG.
fn encode(from: ImageFormat, thumb: DynamicImage, profile: Option<Vec<u8>>) -> image::ImageResult<Thumb> {
    let thumb = in_eight_bits(thumb);
    let (width, height) = (thumb.width(), thumb.height());
    let mut bytes = Vec::new();
    let content_type = match from {
        ImageFormat::Jpeg => {
            let thumb = if thumb.color() == ColorType::L8 { thumb } else { thumb.into_rgb8().into() };
            let mut encoder = JpegEncoder::new_with_quality(&mut bytes, QUALITY);
            keep_profile(&mut encoder, thumb.color(), profile);
            encoder.write_image(thumb.as_bytes(), width, height, thumb.color().into())?;
            "image/jpeg"
        }
        ImageFormat::Gif => {
            let mut encoder = GifEncoder::new_with_speed(&mut bytes, PALETTE_SPEED);
            encoder.encode(&thumb.into_rgba8(), width, height, ExtendedColorType::Rgba8)?;
            drop(encoder);
            "image/gif"
        }
        _ => {
            let mut encoder = PngEncoder::new(&mut bytes);
            keep_profile(&mut encoder, thumb.color(), profile);
            encoder.write_image(thumb.as_bytes(), width, height, thumb.color().into())?;
            "image/png"
        }
    };
    Ok(Thumb { bytes, content_type })
}

/// Sixteen bits a channel are of no use to a thumb.
fn in_eight_bits(thumb: DynamicImage) -> DynamicImage {
    match thumb.color() {
        ColorType::L16 => thumb.into_luma8().into(),
        ColorType::La16 => thumb.into_luma_alpha8().into(),
        ColorType::Rgb16 => thumb.into_rgb8().into(),
        ColorType::Rgba16 => thumb.into_rgba8().into(),
        _ => thumb,
    }
}

/// Colours mean what the image's profile says, so a thumb takes it over where it speaks of the same kind of colours.
fn keep_profile(encoder: &mut impl ImageEncoder, color: ColorType, profile: Option<Vec<u8>>) {
    let kind: &[u8] = if color.has_color() { b"RGB " } else { b"GRAY" };
    if let Some(profile) = profile
        && profile.len() <= LONGEST_PROFILE
        && profile.get(16..20) == Some(kind)
    {
        // A format without profiles has none, which is all that can go wrong.
        let _ = encoder.set_icc_profile(profile);
    }
}

#[cfg(test)]
mod tests;
