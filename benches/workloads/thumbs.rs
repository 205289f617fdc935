//! Thumbs of photos: made when they are first asked for, and served from then on.

use std::io::Cursor;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use fast_image_resize::{FilterType, ResizeAlg, ResizeOptions, Resizer};
use image::codecs::jpeg::JpegEncoder;
use image::{DynamicImage, ImageFormat, Rgb, RgbImage};
use serde_json::{Value as Json, json};

use crate::data;
use crate::floors::{self, Cost};
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
    let thumb = made(&photo);
    let stored = tempfile::NamedTempFile::new().expect("there is room for temporary files");
    std::fs::write(stored.path(), &thumb).expect("there is room");
    let make = |time| floors::measure(time, || made(&photo).len().min(1));
    let read = |time| floors::measure(time, || std::fs::read(stored.path()).map_or(0, |bytes| bytes.len().min(1)));
    type Floor<'a> = &'a dyn Fn(Duration) -> Cost;
    let workloads: [(&str, usize, Script, Floor<'_>, &str); 2] =
        [(names[0], 8, fresh(&addresses), &make, "≤ 1.2"), (names[1], 50, repeated(&addresses), &read, "≤ 2")];
    let wanted = workloads.into_iter().filter(|(name, ..)| bench.scale.wants(name));
    let line = |(name, connections, script, floor, target): (&str, usize, Script, Floor<'_>, &'static str)| {
        let name = name.to_owned();
        bench.line(Workload { name, connections, script, floor, target, by_rate: false, published: None })
    };
    wanted.map(line).collect()
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
    Arc::new(move |number, count| {
        let address = &addresses[(number + count) % PHOTOS];
        request("GET", &format!("{address}?thumb=300x{}", HEIGHTS.start), None, None)
    })
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
    let head = "--b\r\nContent-Disposition: form-data; name=\"photo\"; filename=\"photo.jpg\"\r\n\r\n";
    let form = [head.as_bytes(), photo, b"\r\n--b--\r\n"].concat();
    let head = format!(
        "POST /api/collections/photos/records HTTP/1.1\r\nHost: bench\r\nContent-Type: multipart/form-data; \
         boundary=b\r\nContent-Length: {}\r\n\r\n",
        form.len()
    );
    let sent = [head.as_bytes(), &form].concat();
    let mut connection = Connection::open(address).await.expect("the server accepts");
    let mut addresses = Vec::new();
    for _ in 0..PHOTOS {
        let (status, answer) = connection.call(&sent).await.expect("the server answers");
        assert_eq!(status, 200, "{}", String::from_utf8_lossy(answer));
        let record: Json = serde_json::from_slice(answer).expect("a record");
        let part = |name: &str| record[name].as_str().unwrap_or_default().to_owned();
        addresses.push(format!("/api/files/photos/{}/{}", part("id"), part("photo")));
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
