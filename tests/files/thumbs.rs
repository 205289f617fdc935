//! `?thumb=` of downloads, and what is left in the storage.

use std::io::Cursor;
use std::path::{Path, PathBuf};
use std::time::Duration;

use futures_util::future::join_all;
use image::codecs::jpeg::JpegEncoder;
use image::metadata::Orientation;
use image::{DynamicImage, ExtendedColorType, ImageEncoder, ImageFormat, Rgb, RgbImage};
use reqwest::Method;
use serde_json::{Value as Json, json};

use super::s3_server::S3Server;
use crate::support::{Answer, Client, Guest, TestServer, collection, multipart};

const SIZES: [&str; 9] = ["60x40", "60x40t", "60x40b", "50x50f", "900x900f", "0x30", "30x0", "0x600", "4000000000x4"];

async fn server() -> TestServer {
    TestServer::with_collections([photos()]).await
}

fn photos() -> Json {
    let fields = json!([
        {"name": "photo", "type": "file", "maxSelect": 5, "thumbs": SIZES},
        {"name": "plain", "type": "file"},
        {"name": "kept", "type": "file", "thumbs": ["30x30"], "protected": true},
    ]);
    collection("photos", fields)
}

/// Red over blue.
fn image(width: u32, height: u32) -> DynamicImage {
    RgbImage::from_fn(width, height, |_, y| if y < height / 2 { Rgb([255, 0, 0]) } else { Rgb([0, 0, 255]) }).into()
}

fn file(format: ImageFormat, width: u32, height: u32) -> Vec<u8> {
    let mut file = Cursor::new(Vec::new());
    image(width, height).write_to(&mut file, format).unwrap();
    file.into_inner()
}

fn png() -> Vec<u8> {
    file(ImageFormat::Png, 400, 200)
}

/// A record with one file: its id, the name, and where it is downloaded.
async fn upload(client: &impl Client, field: &str, name: &str, content: &[u8]) -> (String, String, String) {
    let made = client.create_form("photos", multipart(&[], &[(field, name, content)])).await;
    let pointer = if field == "photo" { "/photo/0".to_owned() } else { format!("/{field}") };
    let (id, name) = (made.is(200).id(), made.text(&pointer).to_owned());
    (id.clone(), name.clone(), format!("/api/files/photos/{id}/{name}"))
}

async fn thumb(guest: &Guest, path: &str, size: &str) -> Answer {
    guest.send(guest.request(Method::GET, path).query(&[("thumb", size)])).await
}

fn sides(answer: &Answer) -> (u32, u32) {
    let format = ImageFormat::from_mime_type(answer.header("content-type").unwrap()).unwrap();
    let image = image::load_from_memory_with_format(&answer.body, format).expect("what its type says");
    (image.width(), image.height())
}

/// Everything that lies below a folder, sorted.
fn files_below(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        match entry.path() {
            path if path.is_dir() => found.extend(files_below(&path)),
            path => found.push(path),
        }
    }
    found.sort();
    found
}

/// Waits until nothing lies below a folder: files go in the background.
async fn until_empty(folder: &Path) {
    for _ in 0..4000 {
        if files_below(folder).is_empty() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    panic!("still there: {:?}", files_below(folder));
}

#[tokio::test]
async fn a_thumb_has_the_size_that_was_asked_for_in_every_format() {
    let server = server().await;
    let guest = server.guest();
    for (name, format, content_type) in [
        ("a.jpg", ImageFormat::Jpeg, "image/jpeg"),
        ("a.png", ImageFormat::Png, "image/png"),
        ("a.gif", ImageFormat::Gif, "image/gif"),
        ("a.webp", ImageFormat::WebP, "image/png"),
    ] {
        let (_, name, path) = upload(&guest, "photo", name, &file(format, 400, 200)).await;
        for (size, expected) in [
            ("100x100", (100, 100)),
            ("60x40", (60, 40)),
            ("60x40t", (60, 40)),
            ("60x40b", (60, 40)),
            ("50x50f", (50, 25)),
            ("900x900f", (400, 200)),
            ("0x30", (60, 30)),
            ("30x0", (30, 15)),
            ("0x600", (1200, 600)),
        ] {
            let answer = thumb(&guest, &path, size).await;
            answer.is(200).has_header("content-type", content_type);
            answer.has_header("content-disposition", &format!("inline; filename={size}_{name}"));
            answer.has_header("cache-control", "max-age=2592000, stale-while-revalidate=86400");
            assert_eq!(sides(&answer), expected, "{size} of {name}");
        }
    }
}

#[tokio::test]
async fn crops_keep_the_edge_that_was_asked_for() {
    let server = server().await;
    let guest = server.guest();
    let (_, _, path) = upload(&guest, "photo", "high.png", &file(ImageFormat::Png, 60, 400)).await;
    for (size, colour) in [("60x40t", [255, 0, 0]), ("60x40b", [0, 0, 255])] {
        let answer = thumb(&guest, &path, size).await;
        let image = image::load_from_memory(&answer.is(200).body).unwrap().into_rgb8();
        assert!(image.pixels().all(|pixel| pixel.0 == colour), "{size}");
    }
}

#[tokio::test]
async fn a_photo_is_turned_as_its_camera_was_held() {
    let mut photo = Vec::new();
    let mut encoder = JpegEncoder::new_with_quality(&mut photo, 95);
    let orientation = [&b"MM\0\x2a\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0"[..], &[6], &[0; 6]].concat();
    assert_eq!(Orientation::from_exif_chunk(&orientation), Some(Orientation::Rotate90));
    encoder.set_exif_metadata(orientation).unwrap();
    encoder.write_image(image(400, 200).as_bytes(), 400, 200, ExtendedColorType::Rgb8).unwrap();
    let server = server().await;
    let guest = server.guest();
    let (_, _, path) = upload(&guest, "photo", "held.jpg", &photo).await;
    let answer = thumb(&guest, &path, "50x50f").await;
    assert_eq!(sides(answer.is(200)), (25, 50));
    let image = image::load_from_memory(&answer.body).unwrap().into_rgb8();
    let (left, right) = (image.get_pixel(2, 25), image.get_pixel(22, 25));
    assert!(left[2] > 200 && right[0] > 200, "what was on top is on the right: {left:?} {right:?}");
}

#[tokio::test]
async fn everything_else_gets_the_original() {
    let server = server().await;
    let guest = server.guest();
    let png = png();
    let (_, name, path) = upload(&guest, "photo", "a.png", &png).await;
    // The last two: no such pixel would be written, and a size must be listed letter by letter.
    for size in ["", "61x40", "60X40", "100x100f", "0x0", "60x40 ", "../60x40", "60x40t60x40", "4000000000x4", "060x40"]
    {
        let answer = thumb(&guest, &path, size).await;
        answer.is(200).has_header("content-disposition", &format!("inline; filename={name}"));
        assert_eq!(answer.body, png, "{size}");
    }
    let (_, _, plain) = upload(&guest, "plain", "a.png", &png).await;
    assert_eq!(thumb(&guest, &plain, "60x40").await.body, png, "another field's size");
    assert_eq!(sides(&thumb(&guest, &plain, "100x100").await), (100, 100), "every field has this one");

    let bmp = [&b"BM\x3a\0\0\0\0\0\0\0\x36\0\0\0\x28\0\0\0\x01\0\0\0\x01\0\0\0\x01\0\x18\0"[..], &[0; 28]].concat();
    for (name, content) in [
        ("a.svg", &b"<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"9\" height=\"9\"/>"[..]),
        ("a.bmp", &bmp),
        ("a.txt", b"no image"),
        ("text.png", b"no image either"),
        ("empty.png", b""),
        ("cut.png", &png[..60]),
        ("cut.gif", b"GIF89a\x10\0\x10\0"),
        ("noise.jpg", b"\xff\xd8\xff\xe0\0\x10JFIF\0 and nothing that follows from it"),
    ] {
        let (_, name, path) = upload(&guest, "photo", name, content).await;
        for _ in 0..2 {
            let answer = thumb(&guest, &path, "60x40").await;
            assert_eq!(answer.is(200).body, content, "{name}");
            assert!(answer.header("content-disposition").unwrap().ends_with(&format!("; filename={name}")));
        }
    }
}

/// A PNG of a few bytes that says it has these sides.
fn bomb(width: u32, height: u32) -> Vec<u8> {
    let chunk = |kind: &[u8], content: &[u8]| {
        let named = [kind, content].concat();
        [&u32::try_from(content.len()).unwrap().to_be_bytes()[..], &named, &crc32fast::hash(&named).to_be_bytes()]
            .concat()
    };
    let header = [&width.to_be_bytes()[..], &height.to_be_bytes(), &[8, 6, 0, 0, 0]].concat();
    [b"\x89PNG\r\n\x1a\n".to_vec(), chunk(b"IHDR", &header), chunk(b"IDAT", &[0; 9]), chunk(b"IEND", b"")].concat()
}

#[tokio::test]
async fn an_image_that_would_fill_the_memory_is_never_decoded() {
    let mut server = server().await;
    let guest = server.guest();
    for (width, height) in [(60_000, 60_000), (1 << 30, 1), (2_000_000_000, 2_000_000_000)] {
        let content = bomb(width, height);
        let (id, _, path) = upload(&guest, "photo", "bomb.png", &content).await;
        let answers = join_all((0..20).map(|_| thumb(&guest, &path, "60x40"))).await;
        assert!(answers.iter().all(|answer| answer.is(200).body == content));
        let folder = server.dir().join("storage/c_photos").join(id);
        assert_eq!(files_below(&folder).len(), 2, "the image and its side file");
    }
    assert!(server.process().is_running());
}

#[tokio::test]
async fn who_asks_at_the_same_time_gets_the_one_thumb_that_is_made() {
    let server = server().await;
    let guest = server.guest();
    let (id, name, path) = upload(&guest, "photo", "a.jpg", &file(ImageFormat::Jpeg, 1200, 900)).await;
    let answers = join_all((0..40).map(|n| thumb(&guest, &path, ["60x40", "0x600"][n % 2]))).await;
    for (n, answer) in answers.iter().enumerate() {
        answer.is(200).has_header("last-modified", answers[n % 2].header("last-modified").unwrap());
        assert_eq!(answer.body, answers[n % 2].body);
    }
    let folder = server.dir().join("storage/c_photos").join(id).join(format!("thumbs_{name}"));
    let expected = ["0x600", "60x40"].map(|size| folder.join(format!("{size}_{name}")));
    let expected = expected.iter().flat_map(|path| [path.clone(), path.with_added_extension("attrs")]);
    assert_eq!(files_below(&folder), expected.collect::<Vec<_>>());
}

#[tokio::test]
async fn a_thumb_is_kept_and_read_as_other_files_are() {
    let mut server = server().await;
    let (_, _, path) = upload(&server.guest(), "photo", "a.png", &png()).await;
    let first = thumb(&server.guest(), &path, "60x40").await;
    server.restart();
    let guest = server.guest();
    let again = thumb(&guest, &path, "60x40").await;
    again.is(200).has_header("last-modified", first.is(200).header("last-modified").unwrap());
    assert_eq!(again.body, first.body);
    let head = guest.send(guest.request(Method::HEAD, &path).query(&[("thumb", "60x40")])).await;
    head.is(200).has_header("content-length", &first.body.len().to_string());
    let part = guest.request(Method::GET, &path).query(&[("thumb", "60x40")]).header("Range", "bytes=1-3");
    assert_eq!(guest.send(part).await.is(206).body, b"PNG");
    let saved = guest.request(Method::GET, &path).query(&[("thumb", "60x40"), ("download", "1")]);
    let saved = guest.send(saved).await;
    assert!(saved.is(200).header("content-disposition").unwrap().starts_with("attachment; filename=60x40_a"));
}

#[tokio::test]
async fn a_thumb_is_guarded_as_its_image_is() {
    let server = server().await;
    let superuser = server.superuser();
    let (_, _, path) = upload(&superuser, "kept", "a.png", &png()).await;
    superuser.update_collection("photos", json!({"viewRule": null})).await.is(200);
    let token = superuser.post("/api/files/token", json!({})).await.is(200).text("/token").to_owned();
    let guest = server.guest();
    for _ in 0..2 {
        thumb(&guest, &path, "30x30").await.is(404).no_data();
        let with_token = guest.request(Method::GET, &path).query(&[("thumb", "30x30"), ("token", &token)]);
        assert_eq!(sides(guest.send(with_token).await.is(200)), (30, 30));
    }
}

#[tokio::test]
async fn a_view_shows_thumbs_of_the_images_behind_it() {
    let server = server().await;
    let query = "SELECT id, photo FROM photos";
    let view = json!({"name": "gallery", "type": "view", "viewQuery": query, "listRule": "", "viewRule": ""});
    server.superuser().create_collection(view).await.is(200);
    let guest = server.guest();
    let (id, name, path) = upload(&guest, "photo", "a.png", &png()).await;
    let seen = thumb(&guest, &format!("/api/files/gallery/{id}/{name}"), "60x40").await;
    assert_eq!(sides(seen.is(200)), (60, 40));
    assert_eq!(thumb(&guest, &path, "60x40").await.body, seen.body);
}

#[tokio::test]
async fn thumbs_go_with_their_image_their_record_and_their_collection() {
    let server = server().await;
    let (guest, storage) = (server.guest(), server.dir().join("storage/c_photos"));
    let mut made = Vec::new();
    for _ in 0..3 {
        let (id, name, path) = upload(&guest, "photo", "a.png", &png()).await;
        thumb(&guest, &path, "60x40").await.is(200);
        thumb(&guest, &path, "0x30").await.is(200);
        let folder = storage.join(&id);
        assert_eq!(files_below(&folder).len(), 6, "{folder:?}");
        made.push((id, name, folder));
    }
    let (id, name, folder) = &made[0];
    guest.update("photos", id, json!({"photo-": name})).await.is(200);
    until_empty(folder).await;
    let (id, _, folder) = &made[1];
    guest.delete("photos", id).await.is(204);
    until_empty(folder).await;
    assert_eq!(files_below(&made[2].2).len(), 6);
    server.superuser().remove("/api/collections/photos").await.is(204);
    until_empty(&storage).await;
}

#[tokio::test]
async fn an_image_that_goes_while_its_thumb_is_made_leaves_nothing() {
    let server = server().await;
    let (guest, storage) = (server.guest(), server.dir().join("storage/c_photos"));
    let photo = file(ImageFormat::Jpeg, 700, 500);
    for round in 0..12 {
        let (id, name, path) = upload(&guest, "photo", "a.jpg", &photo).await;
        let ask = join_all(["60x40", "0x600", "50x50f"].map(|size| thumb(&guest, &path, size)));
        let remove = async {
            match round % 2 {
                0 => guest.delete("photos", &id).await.is(204).status,
                _ => guest.update("photos", &id, json!({"photo-": name})).await.is(200).status,
            }
        };
        let (answers, _) = tokio::join!(ask, remove);
        assert!(answers.iter().all(|answer| matches!(answer.status, 200 | 404)), "{}", answers[0]);
    }
    until_empty(&storage).await;
}

#[tokio::test]
async fn a_bucket_keeps_thumbs_and_loses_them_with_their_image() {
    let (server, s3) = (server().await, S3Server::start().await);
    server.superuser().patch("/api/settings", s3.settings()).await.is(200);
    let guest = server.guest();
    let (id, name, path) = upload(&guest, "photo", "a.png", &png()).await;
    let first = thumb(&guest, &path, "60x40").await;
    assert_eq!(sides(first.is(200)), (60, 40));
    let image = format!("c_photos/{id}/{name}");
    assert_eq!(s3.objects(), [image, format!("c_photos/{id}/thumbs_{name}/60x40_{name}")]);
    let again = thumb(&guest, &path, "60x40").await;
    again.is(200).has_header("last-modified", first.header("last-modified").unwrap());
    assert!(again.body == first.body);
    guest.update("photos", &id, json!({"photo-": name})).await.is(200);
    for _ in 0..4000 {
        if s3.objects().is_empty() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    panic!("still there: {:?}", s3.objects());
}

#[tokio::test]
async fn one_worker_makes_the_thumbs_of_many_who_wait() {
    let server = TestServer::builder().env("PB_THUMBS_MAX_WORKERS", "1").start().await;
    server.superuser().create_collection(photos()).await.is(200);
    let guest = server.guest();
    let (_, _, path) = upload(&guest, "photo", "a.png", &png()).await;
    let sizes = ["60x40", "60x40t", "60x40b", "50x50f", "0x30", "30x0"];
    let answers = join_all(sizes.map(|size| thumb(&guest, &path, size))).await;
    let found: Vec<_> = answers.iter().map(sides).collect();
    assert_eq!(found, [(60, 40), (60, 40), (60, 40), (50, 25), (60, 30), (30, 15)]);
}
