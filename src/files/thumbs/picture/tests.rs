use image::codecs::gif::{GifDecoder, GifEncoder};
use image::codecs::jpeg::JpegEncoder;
use image::codecs::png::PngEncoder;
use image::codecs::webp::WebPEncoder;
use image::{AnimationDecoder, Frame, ImageBuffer, Luma, Pixel, Rgb, RgbImage, Rgba, RgbaImage};
use proptest::prelude::*;

use super::*;

const RED: Rgb<u8> = Rgb([255, 0, 0]);
const GREEN: Rgb<u8> = Rgb([0, 255, 0]);
const BLUE: Rgb<u8> = Rgb([0, 0, 255]);
const WHITE: Rgb<u8> = Rgb([255, 255, 255]);
const FORMATS: [ImageFormat; 4] = [ImageFormat::Jpeg, ImageFormat::Png, ImageFormat::Gif, ImageFormat::WebP];

/// Red, green, blue and white, a quarter each.
fn quarters(width: u32, height: u32) -> RgbImage {
    RgbImage::from_fn(width, height, |x, y| match (x < width / 2, y < height / 2) {
        (true, true) => RED,
        (false, true) => GREEN,
        (true, false) => BLUE,
        (false, false) => WHITE,
    })
}

fn file(format: ImageFormat, image: impl Into<DynamicImage>) -> Vec<u8> {
    let mut file = Cursor::new(Vec::new());
    image.into().write_to(&mut file, format).expect("written");
    file.into_inner()
}

fn made(file: &[u8], size: &str) -> Result<Thumb, Unmade> {
    Picture::open(file, Size::parse(size).expect(size))?.thumb()
}

fn read(thumb: &Thumb) -> DynamicImage {
    let format = ImageFormat::from_mime_type(thumb.content_type).expect("a known type");
    image::load_from_memory_with_format(&thumb.bytes, format).expect("what its type says")
}

fn sides(file: &[u8], size: &str) -> (u32, u32) {
    let thumb = read(&made(file, size).expect(size));
    (thumb.width(), thumb.height())
}

/// Whether two colours are the same to the eye.
fn alike(one: Rgb<u8>, other: Rgb<u8>) -> bool {
    one.0.iter().zip(other.0).all(|(one, other)| one.abs_diff(other) < 30)
}

/// An EXIF block that says nothing but the orientation.
fn exif(orientation: Orientation) -> Vec<u8> {
    let entry = [&[1, 0][..], &[0x12, 1, 3, 0, 1, 0, 0, 0], &[orientation.to_exif(), 0, 0, 0], &[0; 4]].concat();
    [&b"II*\0\x08\0\0\0"[..], &entry].concat()
}

/// A file whose pixels lie so that its EXIF block turns them into the given image.
fn turned(format: ImageFormat, image: &RgbImage, orientation: Orientation, mark: &[u8]) -> Vec<u8> {
    let back = match orientation {
        Orientation::Rotate90 => Orientation::Rotate270,
        Orientation::Rotate270 => Orientation::Rotate90,
        itself => itself,
    };
    let mut image = DynamicImage::from(image.clone());
    image.apply_orientation(back);
    let block = [mark, &exif(orientation)].concat();
    let mut file = Vec::new();
    fn write(mut encoder: impl ImageEncoder, image: &DynamicImage, block: Vec<u8>) {
        encoder.set_exif_metadata(block).expect("a format with EXIF");
        encoder.write_image(image.as_bytes(), image.width(), image.height(), image.color().into()).expect("written");
    }
    match format {
        ImageFormat::Jpeg => write(JpegEncoder::new_with_quality(&mut file, 95), &image, block),
        ImageFormat::Png => write(PngEncoder::new(&mut file), &image, block),
        _ => write(WebPEncoder::new_lossless(&mut file), &image, block),
    }
    file
}

const ORIENTATIONS: [Orientation; 8] = [
    Orientation::NoTransforms,
    Orientation::FlipHorizontal,
    Orientation::Rotate180,
    Orientation::FlipVertical,
    Orientation::Rotate90FlipH,
    Orientation::Rotate90,
    Orientation::Rotate270FlipH,
    Orientation::Rotate270,
];

#[test]
fn every_format_gets_thumbs_of_the_size_that_was_asked_for() {
    for format in FORMATS {
        let file = file(format, quarters(200, 100));
        for (size, expected) in [
            ("100x100", (100, 100)),
            ("30x60t", (30, 60)),
            ("30x60b", (30, 60)),
            ("50x50f", (50, 25)),
            ("500x500f", (200, 100)),
            ("0x50", (100, 50)),
            ("0x300", (600, 300)),
            ("20x0", (20, 10)),
            ("1x1", (1, 1)),
            ("300x300", (300, 300)),
        ] {
            assert_eq!(sides(&file, size), expected, "{size} of {format:?}");
        }
    }
}

#[test]
fn jpeg_and_gif_stay_what_they_are_and_the_rest_becomes_png() {
    let types = FORMATS.map(|format| made(&file(format, quarters(20, 20)), "10x10").expect("made").content_type);
    assert_eq!(types, ["image/jpeg", "image/png", "image/gif", "image/png"]);
}

#[test]
fn colours_stay_where_they_are() {
    for format in FORMATS {
        let thumb = read(&made(&file(format, quarters(200, 100)), "40x20").expect("made")).into_rgb8();
        for (x, y, colour) in [(3, 3, RED), (36, 3, GREEN), (3, 16, BLUE), (36, 16, WHITE)] {
            assert!(alike(*thumb.get_pixel(x, y), colour), "{format:?} at {x}, {y}: {:?}", thumb.get_pixel(x, y));
        }
    }
}

#[test]
fn an_image_is_turned_as_its_exif_block_says() {
    let image = quarters(80, 40);
    for format in [ImageFormat::Jpeg, ImageFormat::Png, ImageFormat::WebP] {
        for orientation in ORIENTATIONS {
            let file = turned(format, &image, orientation, b"");
            let what = format!("{format:?}, {orientation:?}");
            assert_eq!(sides(&file, "0x20"), (40, 20), "{what}");
            assert_eq!(sides(&file, "500x500f"), (80, 40), "{what}");
            let thumb = read(&made(&file, "40x20").expect("made")).into_rgb8();
            for (x, y, colour) in [(3, 3, RED), (36, 3, GREEN), (3, 16, BLUE), (36, 16, WHITE)] {
                assert!(alike(*thumb.get_pixel(x, y), colour), "{what} at {x}, {y}");
            }
        }
    }
}

#[test]
fn an_exif_block_with_a_mark_before_it_is_read_too() {
    let file = turned(ImageFormat::WebP, &quarters(80, 40), Orientation::Rotate90, EXIF_MARK);
    assert_eq!(sides(&file, "0x20"), (40, 20));
}

#[test]
fn an_unreadable_exif_block_turns_nothing() {
    let mut file = Vec::new();
    let mut encoder = PngEncoder::new(&mut file);
    encoder.set_exif_metadata(b"II*\0\xff\xff\xff\xff".to_vec()).expect("set");
    encoder.write_image(&quarters(80, 40), 80, 40, ExtendedColorType::Rgb8).expect("written");
    assert_eq!(sides(&file, "0x20"), (40, 20));
}

#[test]
fn a_crop_keeps_the_edge_that_was_asked_for_of_the_turned_image() {
    let bands = [RED, GREEN, BLUE];
    let high = RgbImage::from_fn(30, 90, |_, y| bands[y as usize / 30]);
    let wide = RgbImage::from_fn(90, 30, |x, _| bands[x as usize / 30]);
    for orientation in ORIENTATIONS {
        for (image, size, colour) in [
            (&high, "20x20", GREEN),
            (&high, "20x20t", RED),
            (&high, "20x20b", BLUE),
            (&wide, "20x20", GREEN),
            (&wide, "20x20t", GREEN),
            (&wide, "20x20b", GREEN),
        ] {
            let file = turned(ImageFormat::Png, image, orientation, b"");
            let thumb = read(&made(&file, size).expect("made")).into_rgb8();
            let wrong = thumb.pixels().find(|pixel| !alike(**pixel, colour));
            assert_eq!(wrong, None, "{size}, {orientation:?}");
        }
    }
}

#[test]
fn colours_that_nobody_sees_do_not_bleed() {
    let image = RgbaImage::from_fn(64, 64, |x, _| if x < 33 { Rgba([255, 0, 0, 255]) } else { Rgba([0, 255, 0, 0]) });
    for format in [ImageFormat::Png, ImageFormat::WebP] {
        let thumb = read(&made(&file(format, image.clone()), "8x8").expect("made")).into_rgba8();
        assert!(thumb.pixels().any(|pixel| (1..255).contains(&pixel[3])), "an edge that is half transparent");
        assert!(thumb.pixels().all(|pixel| pixel[3] == 0 || pixel[1] == 0), "no green of the transparent half");
    }
}

#[test]
fn a_thumb_is_the_average_of_what_it_shows() {
    // Lines that plain interpolation would skip or keep as a whole.
    let lines = RgbImage::from_fn(400, 400, |x, _| if x % 8 == 0 { WHITE } else { Rgb([0, 0, 0]) });
    let thumb = read(&made(&file(ImageFormat::Png, lines), "10x10").expect("made")).into_luma8();
    assert!(thumb.pixels().all(|pixel| (20..45).contains(&pixel[0])), "an eighth of white: {thumb:?}");
}

#[test]
fn deep_grey_and_transparent_images_keep_what_a_thumb_can_show() {
    let deep = ImageBuffer::<Rgba<u16>, _>::from_pixel(20, 20, Rgba([65535, 0, 32768, 65535]));
    let grey = ImageBuffer::<Luma<u8>, _>::from_pixel(20, 20, Luma([90]));
    let deep_grey = ImageBuffer::<Luma<u16>, _>::from_pixel(20, 20, Luma([90 * 257]));
    let thumb = read(&made(&file(ImageFormat::Png, deep), "5x5").expect("made"));
    assert_eq!(thumb.color(), ColorType::Rgba8);
    assert_eq!(*thumb.into_rgba8().get_pixel(2, 2), Rgba([255, 0, 128, 255]));
    for file in [file(ImageFormat::Jpeg, grey.clone()), file(ImageFormat::Png, grey), file(ImageFormat::Png, deep_grey)]
    {
        let thumb = read(&made(&file, "5x5").expect("made"));
        assert_eq!(thumb.color(), ColorType::L8);
        assert!(thumb.into_luma8().pixels().all(|pixel| pixel.to_luma()[0].abs_diff(90) < 3));
    }
}

#[test]
fn of_an_animation_the_first_frame_is_taken() {
    let mut file = Vec::new();
    let frames = [RED, GREEN, BLUE].map(|colour| Frame::new(RgbaImage::from_pixel(20, 20, colour.to_rgba())));
    GifEncoder::new(&mut file).encode_frames(frames).expect("written");
    let thumb = made(&file, "10x10").expect("made");
    assert_eq!(GifDecoder::new(Cursor::new(&thumb.bytes)).expect("a GIF").into_frames().count(), 1);
    assert!(read(&thumb).into_rgb8().pixels().all(|pixel| alike(*pixel, RED)));
}

#[test]
fn a_profile_goes_along_where_it_fits() {
    let profile = |kind: &[u8], length: usize| [&[0; 16], kind, &vec![0; length]].concat();
    for (profile, kept) in [
        (profile(b"RGB ", 100), true),
        (profile(b"CMYK", 100), false),
        (profile(b"RGB ", LONGEST_PROFILE), false),
        (b"short".to_vec(), false),
    ] {
        for format in [ImageFormat::Jpeg, ImageFormat::Png] {
            let mut file = Vec::new();
            let image = quarters(20, 20);
            fn write(mut encoder: impl ImageEncoder, image: &RgbImage, profile: Vec<u8>) {
                encoder.set_icc_profile(profile).expect("a format with profiles");
                encoder.write_image(image, 20, 20, ExtendedColorType::Rgb8).expect("written");
            }
            match format {
                ImageFormat::Jpeg => write(JpegEncoder::new(&mut file), &image, profile.clone()),
                _ => write(PngEncoder::new(&mut file), &image, profile.clone()),
            }
            let thumb = made(&file, "10x10").expect("made");
            let reader = ImageReader::with_format(Cursor::new(thumb.bytes), format);
            let found = reader.into_decoder().expect("an image").icc_profile().expect("readable");
            assert_eq!(found, kept.then(|| profile.clone()), "{format:?}");
        }
    }
}

/// A chunk of a PNG, without a thought for the checksum's reader.
fn png_chunk(kind: &[u8; 4], content: &[u8]) -> Vec<u8> {
    let named = [&kind[..], content].concat();
    let length = u32::try_from(content.len()).expect("short").to_be_bytes();
    [&length[..], &named, &crc32fast::hash(&named).to_be_bytes()].concat()
}

/// A PNG of a few bytes that says it has these sides.
fn png_bomb(width: u32, height: u32) -> Vec<u8> {
    let header = [&width.to_be_bytes()[..], &height.to_be_bytes(), &[8, 6, 0, 0, 0]].concat();
    [b"\x89PNG\r\n\x1a\n".to_vec(), png_chunk(b"IHDR", &header), png_chunk(b"IDAT", &[0; 9])].concat()
}

#[test]
fn too_large_images_are_refused_by_their_headers() {
    for (width, height) in [(60_000, 60_000), (8193, 8192), (1, 1 << 26 | 1)] {
        let refused = made(&png_bomb(width, height), "10x10").err();
        assert!(matches!(refused, Some(Unmade::TooLarge(..))), "{width}x{height}: {refused:?}");
    }
    let mut jpeg = file(ImageFormat::Jpeg, quarters(16, 16));
    let frame = jpeg.windows(2).position(|bytes| bytes == [0xff, 0xc0]).expect("a frame");
    jpeg[frame + 5..frame + 9].copy_from_slice(&[0xff; 4]);
    assert!(matches!(made(&jpeg, "10x10"), Err(Unmade::TooLarge(65535, 65535))));
    let mut gif = file(ImageFormat::Gif, quarters(16, 16));
    gif[6..10].copy_from_slice(&[0xff; 4]);
    assert!(matches!(made(&gif, "10x10"), Err(Unmade::TooLarge(65535, 65535))));
}

#[test]
fn a_frame_is_not_larger_than_its_image() {
    let mut gif = file(ImageFormat::Gif, quarters(16, 16));
    let frame = gif.windows(9).position(|bytes| bytes == [0x2c, 0, 0, 0, 0, 16, 0, 16, 0]).expect("a frame");
    gif[frame + 5..frame + 9].copy_from_slice(&[0xff; 4]);
    assert!(matches!(made(&gif, "10x10"), Err(Unmade::Unreadable(image::ImageError::Limits(_)))));
    let frame = [&[0x30, 0, 0, 0x9d, 1, 0x2a][..], &16383_u16.to_le_bytes(), &16383_u16.to_le_bytes()].concat();
    let size = 4 + 18 + 8 + 10_u32;
    let canvas = [0, 0, 0, 0, 9, 0, 0, 9, 0, 0];
    let webp = [b"RIFF", &size.to_le_bytes()[..], b"WEBPVP8X\x0a\0\0\0", &canvas, b"VP8 \x0a\0\0\0", &frame].concat();
    assert!(matches!(made(&webp, "10x10"), Err(Unmade::TooLarge(16383, 16383))));
}

#[test]
fn a_thumb_has_limits_too() {
    let file = file(ImageFormat::Png, quarters(1000, 2));
    for size in ["0x200", "100000x0", "5000x5000", "65536x1", "4294967295x4294967295"] {
        assert!(matches!(made(&file, size), Err(Unmade::ThumbTooLarge(..))), "{size}");
    }
}

#[test]
fn memory_grows_with_the_image_and_the_thumb() {
    let (small, large) = (file(ImageFormat::Png, quarters(10, 10)), file(ImageFormat::Png, quarters(1000, 1000)));
    let memory = |file, size| Picture::open(file, Size::parse(size).expect(size)).expect("an image").memory();
    assert!(memory(&large, "10x10") - memory(&small, "10x10") > 3 * 3_000_000);
    assert!(memory(&small, "1000x1000") - memory(&small, "10x10") > 10_000_000);
}

#[test]
fn other_formats_and_texts_are_no_images() {
    for file in [&b""[..], b"BM", b"<svg xmlns='http://www.w3.org/2000/svg'/>", b"II*\0", b"just text", &[0; 64]] {
        assert!(matches!(made(file, "10x10"), Err(Unmade::Unknown)));
    }
}

proptest! {
    #[test]
    fn no_content_makes_a_thumb_panic(at in 0_usize..4, cut in 0.0..1.0_f64, changes in prop::collection::vec((0.0..1.0_f64, any::<u8>()), 0..6)) {
        let mut file = turned_or_plain(FORMATS[at]);
        for (place, byte) in changes {
            let place = (place * file.len() as f64) as usize;
            file[place] = byte;
        }
        file.truncate(file.len() - (cut * cut * file.len() as f64) as usize);
        let _ = made(&file, "7x5t");
    }
}

fn turned_or_plain(format: ImageFormat) -> Vec<u8> {
    match format {
        ImageFormat::Gif => file(format, quarters(12, 8)),
        _ => turned(format, &quarters(12, 8), Orientation::Rotate90, b""),
    }
}
