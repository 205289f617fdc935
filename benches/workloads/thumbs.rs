//! Thumbs of photos: made when they are first asked for, and served from then on.

use std::io::Cursor;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use bytes::Bytes;
use fast_image_resize::{FilterType, ResizeAlg, ResizeOptions, Resizer};
use image::codecs::jpeg::JpegEncoder;
use image::{DynamicImage, ImageFormat, Rgb, RgbImage};
use serde_json::json;

use super::files::{form, store};
use crate::data;
use crate::floors;
use crate::load::{Connection, Script, request};
use crate::report::Line;
use crate::rounds::{Bench, Workload};

/// The sides of a photo.
const PHOTO: (u32, u32) = (1600, 1200);
/// How many photos there are.
const PHOTOS: usize = 20;
/// Of each photo as many different thumbs can be asked for, 300 pixels wide and from this height on.
const HEIGHTS: std::ops::Range<usize> = 200..1200;

pub(super) fn run(bench: &Bench) -> Vec<Line> {
    let names = ["thumb of a photo of 2 megapixels, made", "thumb of a photo, stored"];
    if !names.iter().any(|name| bench.scale.wants(name)) {
        return Vec::new();
    }
    let photo = photo();
    let addresses: Arc<[String]> = bench.runtime.block_on(upload(bench, &photo)).into();
    let mut lines = Vec::new();
    if bench.scale.wants(names[0]) {
        let floor = |time| floors::measure(time, || made(&photo).len().min(1));
        let (name, script) = (names[0].to_owned(), fresh(&addresses));
        let workload =
            Workload {
                name, connections: 8, script, floor: &floor, target: "≤ 1.2", by_rate: false, published: None
            };
        lines.push(bench.line(workload));
    }
    if bench.scale.wants(names[1]) {
        let thumb = bench.runtime.block_on(make_stored(bench, &addresses));
        std::fs::write(bench.plain_files.join("thumb"), thumb).expect("there is room");
        let plain: Script = Arc::new(|_, _| request("GET", "/files/thumb", None, None));
        lines.push(bench.line_beside(names[1].to_owned(), 50, [&repeated(&addresses), &plain], "≤ 2"));
    }
    lines
}

/// Has the thumbs made that are asked for again and again; one of them, which all are alike.
async fn make_stored(bench: &Bench, addresses: &[String]) -> Vec<u8> {
    let mut connection = Connection::open(&bench.server.address).await.expect("the server accepts");
    let mut thumb = Vec::new();
    for address in addresses {
        let (status, answer) = connection.call(&stored(address)).await.expect("the server answers");
        assert_eq!(status, 200, "{}", String::from_utf8_lossy(answer));
        thumb = answer.to_vec();
    }
    thumb
}

/// A thumb that nobody has asked for yet, each time.
fn fresh(addresses: &Arc<[String]>) -> Script {
    let (addresses, next) = (Arc::clone(addresses), AtomicUsize::new(0));
    Arc::new(move |_, _| {
        let n = next.fetch_add(1, Ordering::Relaxed);
        let height = HEIGHTS.start + 1 + n / PHOTOS % (HEIGHTS.len() - 1);
        request("GET", &format!("{}?thumb=300x{height}", addresses[n % PHOTOS]), None, None)
    })
}

/// One thumb of each photo, again and again.
fn repeated(addresses: &Arc<[String]>) -> Script {
    let addresses = Arc::clone(addresses);
    Arc::new(move |number, count| stored(&addresses[(number + count) % PHOTOS]))
}

fn stored(address: &str) -> Bytes {
    request("GET", &format!("{address}?thumb=300x{}", HEIGHTS.start), None, None)
}

/// Makes a collection with photos; their addresses.
async fn upload(bench: &Bench, photo: &[u8]) -> Vec<String> {
    let sizes: Vec<String> = HEIGHTS.map(|height| format!("300x{height}")).collect();
    let field = json!({"name": "photo", "type": "file", "thumbs": sizes});
    let collection = json!({
        "id": "c_photos", "name": "photos", "type": "base", "fields": [field],
        "listRule": "", "viewRule": "", "createRule": "",
    });
    let (address, token) = (&bench.server.address, Some(bench.tokens.superuser.as_str()));
    data::call(address, "POST", "/api/collections", token, &collection).await;
    let form = form("/api/collections/photos/records", "photo", "photo.jpg", photo);
    let mut addresses = Vec::new();
    for _ in 0..PHOTOS {
        addresses.push(store(address, &form, "photo").await);
    }
    addresses
}

/// Slopes with noise on them, which compress about as well as a photo does.
fn photo() -> Vec<u8> {
    let mut noise = 1_u32;
    let image = RgbImage::from_fn(PHOTO.0, PHOTO.1, |x, y| {
        noise = noise.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let slope = |at: u32, of: u32| (at * 200 / of + (noise >> 28)) as u8;
        Rgb([slope(x, PHOTO.0), slope(y, PHOTO.1), slope(x + y, PHOTO.0 + PHOTO.1)])
    });
    encoded(&image.into())
}

/// The raw work: a photo decoded, resized and encoded.
fn made(photo: &[u8]) -> Vec<u8> {
    let photo = image::load_from_memory_with_format(photo, ImageFormat::Jpeg).expect("our own photo");
    let mut thumb = DynamicImage::new(300, 210, photo.color());
    let options = ResizeOptions::new().resize_alg(ResizeAlg::Convolution(FilterType::Bilinear));
    Resizer::new().resize(&photo, &mut thumb, &options.fit_into_destination(None)).expect("it can be resized");
    encoded(&thumb)
}

fn encoded(image: &DynamicImage) -> Vec<u8> {
    let mut file = Cursor::new(Vec::new());
    image.write_with_encoder(JpegEncoder::new_with_quality(&mut file, 95)).expect("it can be written");
    file.into_inner()
}
