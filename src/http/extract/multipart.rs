//! Multipart forms: texts, and files that are taken in while they come (contract: files, section 2).

use axum::extract::multipart::Field;
use axum::extract::{DefaultBodyLimit, FromRequest, Multipart, Request};

use super::submitted::refused;
use crate::error::{Error, Result};
use crate::files::{Content, Intake, Upload};
use crate::http::middleware::body_memory::BodyMemory;

/// How many parts a multipart form may have.
const MOST_PARTS: usize = 1000;
/// How many bytes the parts of a multipart form that are no files may have together.
const MOST_TEXT: usize = 26 * 1024 * 1024;

/// What a form consists of.
pub(super) struct Form {
    pub(super) pairs: Vec<(String, String)>,
    pub(super) uploads: Vec<Upload>,
}

/// Reads a form; without an intake its files are read over.
pub(super) async fn read(mut request: Request, mut intake: Option<Intake>) -> Result<Form> {
    let memory = request.extensions().get::<BodyMemory>().cloned();
    // The limit of the route holds; axum's own would come on top.
    DefaultBodyLimit::disable().apply(&mut request);
    let mut form = Multipart::from_request(request, &()).await.map_err(|_| Error::bad_request(""))?;
    let (mut pairs, mut uploads) = (Vec::new(), Vec::new());
    let (mut parts, mut room) = (0, MOST_TEXT);
    while let Some(part) = form.next_field().await.map_err(|error| refused(&error))? {
        parts += 1;
        if parts > MOST_PARTS {
            return Err(Error::bad_request(""));
        }
        let key = part.name().unwrap_or_default().to_owned();
        let file_name = part.file_name().unwrap_or_default().to_owned();
        if file_name.is_empty() {
            let text = text(part, room).await?;
            room -= text.len();
            if !key.is_empty() {
                pairs.push((key, text));
            }
        } else if let Some(intake) = intake.as_mut().filter(|_| !key.is_empty()) {
            let file_name = file_name.rsplit('/').next().unwrap_or_default().to_owned();
            let content = file(part, intake, memory.as_ref()).await?;
            uploads.push(Upload { key, file_name, content });
        } else {
            skip(part, memory.as_ref()).await?;
        }
    }
    Ok(Form { pairs, uploads })
}

/// A part that is no file, which may have so many bytes.
async fn text(mut part: Field<'_>, most: usize) -> Result<String> {
    let mut content = Vec::new();
    while let Some(chunk) = part.chunk().await.map_err(|error| refused(&error))? {
        if content.len() + chunk.len() > most {
            return Err(Error::bad_request(""));
        }
        content.extend_from_slice(&chunk);
    }
    String::from_utf8(content).map_err(|_| Error::bad_request(""))
}

/// A part that is a file: what goes to the disk of it is in the memory no more.
async fn file(mut part: Field<'_>, intake: &mut Intake, memory: Option<&BodyMemory>) -> Result<Content> {
    let mut incoming = intake.begin();
    while let Some(chunk) = part.chunk().await.map_err(|error| refused(&error))? {
        let spooled = incoming.push(&chunk).await?;
        if let Some(memory) = memory {
            memory.give_back(spooled);
        }
    }
    incoming.finish().await
}

/// Reads over a part.
async fn skip(mut part: Field<'_>, memory: Option<&BodyMemory>) -> Result<()> {
    while let Some(chunk) = part.chunk().await.map_err(|error| refused(&error))? {
        if let Some(memory) = memory {
            memory.give_back(chunk.len());
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use axum::body::Body;
    use http::header::CONTENT_TYPE;

    use super::*;

    /// A form of these parts, each from its name on.
    fn form(parts: &[&str]) -> Request {
        let part = |part: &&str| format!("--B\r\nContent-Disposition: form-data; {part}\r\n");
        let body: String = parts.iter().map(part).chain(["--B--\r\n".to_owned()]).collect();
        let request = Request::post("/").header(CONTENT_TYPE, "multipart/form-data; boundary=B");
        request.body(Body::from(body)).expect("a request")
    }

    #[tokio::test]
    async fn a_form_has_at_most_1000_parts() {
        let parts = |count: usize| form(&vec!["name=\"a\"\r\n\r\n1"; count]);
        assert!(read(parts(1000), None).await.is_ok());
        assert!(read(parts(1001), None).await.is_err());
    }

    #[tokio::test]
    async fn texts_are_limited_together_and_files_are_not() {
        let half = "x".repeat(MOST_TEXT / 2);
        let one = format!("name=\"a\"\r\n\r\n{half}");
        let file = format!("name=\"a\"; filename=\"f\"\r\n\r\n{half}");
        assert!(read(form(&[&one, &one, &file]), None).await.is_ok());
        assert!(read(form(&[&one, &one, "name=\"b\"\r\n\r\n1"]), None).await.is_err());
    }
}
