//! `tuckbox export`: works beside a running server.

use std::fs::File;
use std::io::{BufWriter, ErrorKind, Write};
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};

use super::signals;
use crate::app::App;
use crate::config::Config;
use crate::context::RequestContext;
use crate::error::{Error, Result};
use crate::records::{ExportFormat, ExportOptions};

/// What is exported, and how.
#[derive(Debug, Args)]
pub(super) struct Export {
    /// `json` is one object a line
    #[arg(value_enum, default_value = "json")]
    format: Form,

    /// The collection
    #[arg(long, value_name = "NAME")]
    collection: String,

    /// Only these records: a filter, as lists of the API take it
    #[arg(long, value_name = "FILTER")]
    filter: Option<String>,

    /// In this order: a sort, as lists of the API take it [default: in the order of their insertion]
    #[arg(long, value_name = "SORT")]
    sort: Option<String>,

    /// Only these fields, with commas between them
    #[arg(long, value_name = "NAMES")]
    fields: Option<String>,

    /// Write to this file [default: the standard output]
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,

    /// CSV: put a ' before texts that a spreadsheet would take for formulas
    #[arg(long)]
    guard_formulas: bool,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Form {
    Json,
    Csv,
}

/// Does it.
pub(super) async fn run(config: Config, export: Export) -> Result<()> {
    let app = App::open_existing(config).await?;
    // Dropped where it is interrupted, so that no half file stays.
    let done = signals::unless_stopped(write(&app, &export)).await?;
    app.close().await;
    done.unwrap_or_else(|| signals::interrupted("Interrupted. The export is not whole."))
}

async fn write(app: &App, export: &Export) -> Result<()> {
    let format = match export.format {
        Form::Json => ExportFormat::JsonLines,
        Form::Csv => ExportFormat::Csv { guard: export.guard_formulas },
    };
    let options = ExportOptions {
        format,
        filter: export.filter.clone(),
        sort: export.sort.clone(),
        fields: export.fields.clone(),
    };
    let mut chunks = app.records.export(&RequestContext::internal(), &export.collection, options).await?;
    let mut next = chunks.next().await?;
    let Some(path) = &export.output else {
        let mut out = std::io::stdout().lock();
        while let Some(chunk) = next {
            match out.write_all(&chunk).and_then(|()| out.flush()) {
                // Who reads has seen enough.
                Err(error) if error.kind() == ErrorKind::BrokenPipe => return Ok(()),
                written => written.map_err(|error| Error::Setup(format!("Writing failed: {error}.")))?,
            }
            next = chunks.next().await?;
        }
        return Ok(());
    };
    let mut out = Unfinished::create(path)?;
    while let Some(chunk) = next {
        out.write(&chunk)?;
        next = chunks.next().await?;
    }
    out.finish()
}

/// A file beside the wanted one, which takes its place once it is whole.
struct Unfinished {
    path: PathBuf,
    beside: PathBuf,
    file: Option<BufWriter<File>>,
}

impl Unfinished {
    fn create(path: &Path) -> Result<Self> {
        let mut name = path.file_name().unwrap_or_default().to_owned();
        name.push(".part");
        let beside = path.with_file_name(name);
        let file = File::create(&beside).map_err(|error| not_written(path, &error))?;
        Ok(Self { path: path.to_owned(), beside, file: Some(BufWriter::new(file)) })
    }

    fn write(&mut self, chunk: &[u8]) -> Result<()> {
        let Some(file) = &mut self.file else { return Ok(()) };
        file.write_all(chunk).map_err(|error| not_written(&self.path, &error))
    }

    fn finish(mut self) -> Result<()> {
        let failed = |error: std::io::Error| not_written(&self.path, &error);
        if let Some(file) = self.file.take() {
            let file = file.into_inner().map_err(|error| failed(error.into_error()))?;
            file.sync_all().map_err(failed)?;
        }
        std::fs::rename(&self.beside, &self.path).map_err(failed)
    }
}

impl Drop for Unfinished {
    fn drop(&mut self) {
        if self.file.is_some() {
            // An export that failed leaves no half file.
            let _ = std::fs::remove_file(&self.beside);
        }
    }
}

fn not_written(path: &Path, error: &std::io::Error) -> Error {
    Error::Setup(format!("{} cannot be written: {error}.", path.display()))
}
