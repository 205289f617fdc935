//! A real S3-compatible server within the test, over a folder.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use hyper::body::Incoming;
use hyper::service::{Service, service_fn};
use hyper::{Method, Request};
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto::Builder;
use s3s::auth::SimpleAuth;
use s3s::service::{S3Service, S3ServiceBuilder};
use s3s_fs::FileSystem;
use serde_json::{Value as Json, json};
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::{JoinHandle, JoinSet};

const KEY: &str = "the-key";
const SECRET: &str = "the-secret";

/// The methods of all requests so far.
type Asked = Arc<Mutex<Vec<Method>>>;

/// The server with one bucket, `files`.
pub struct S3Server {
    root: TempDir,
    service: S3Service,
    address: SocketAddr,
    asked: Asked,
    held: watch::Sender<bool>,
    running: Option<JoinHandle<()>>,
}

impl S3Server {
    pub async fn start() -> Self {
        let root = tempfile::tempdir().unwrap();
        std::fs::create_dir(root.path().join("files")).unwrap();
        let mut builder = S3ServiceBuilder::new(FileSystem::new(root.path()).unwrap());
        builder.set_auth(SimpleAuth::from_single(KEY, SECRET));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let service = builder.build();
        let asked = Asked::default();
        let held = watch::Sender::new(false);
        let running = Some(tokio::spawn(serve(listener, service.clone(), asked.clone(), held.clone())));
        Self { root, service, address, asked, held, running }
    }

    /// Ends it with all its connections.
    pub async fn stop(&mut self) {
        if let Some(running) = self.running.take() {
            running.abort();
            running.await.ok();
        }
    }

    /// Starts it again at the same address.
    pub async fn start_again(&mut self) {
        let listener = TcpListener::bind(self.address).await.unwrap();
        self.running = Some(tokio::spawn(serve(listener, self.service.clone(), self.asked.clone(), self.held.clone())));
    }

    /// Has whoever reads an object wait for it, until this is taken back.
    pub fn hold(&self, held: bool) {
        self.held.send_replace(held);
    }

    /// The methods of the requests since this was asked last.
    pub fn asked(&self) -> Vec<Method> {
        std::mem::take(&mut self.asked.lock().unwrap())
    }

    /// Puts an object into the bucket, as any client would.
    pub async fn put(&self, object: &str, content_type: &str, content: &[u8]) {
        use object_store::aws::AmazonS3Builder;
        use object_store::{Attribute, Attributes, ObjectStore, PutOptions, path::Path};
        let client = AmazonS3Builder::new()
            .with_bucket_name("files")
            .with_region("us-east-1")
            .with_endpoint(format!("http://{}", self.address))
            .with_access_key_id(KEY)
            .with_secret_access_key(SECRET)
            .with_allow_http(true)
            .build()
            .unwrap();
        let mut attributes = Attributes::new();
        attributes.insert(Attribute::ContentType, content_type.to_owned().into());
        let path = Path::parse(object).unwrap();
        client.put_opts(&path, content.to_vec().into(), PutOptions::from(attributes)).await.unwrap();
    }

    /// Takes an object away.
    pub fn remove(&self, object: &str) {
        std::fs::remove_file(self.path(object)).unwrap();
    }

    /// The settings that lead to it.
    pub fn settings(&self) -> Json {
        json!({"s3": {
            "enabled": true,
            "bucket": "files",
            "region": "us-east-1",
            "endpoint": format!("http://{}", self.address),
            "accessKey": KEY,
            "secret": SECRET,
            "forcePathStyle": true,
        }})
    }

    /// The objects of the bucket, sorted.
    pub fn objects(&self) -> Vec<String> {
        let bucket = self.root.path().join("files");
        let mut found = Vec::new();
        walk(&bucket, &mut |path| found.push(path.strip_prefix(&bucket).unwrap().to_str().unwrap().to_owned()));
        found.sort();
        found
    }

    /// Where an object lies.
    pub fn path(&self, object: &str) -> PathBuf {
        self.root.path().join("files").join(object)
    }

    /// What the server keeps beside an object.
    pub fn attributes(&self, object: &str) -> String {
        let of = object.rsplit('/').next().unwrap();
        let mut found = Vec::new();
        for entry in std::fs::read_dir(self.root.path()).unwrap().flatten() {
            let path = entry.path();
            if path.is_file() {
                found.push(std::fs::read_to_string(path).unwrap_or_default());
            }
        }
        found.into_iter().find(|text| text.contains("content_type")).unwrap_or_else(|| panic!("nothing about {of}"))
    }
}

fn walk(folder: &Path, each: &mut impl FnMut(PathBuf)) {
    for entry in std::fs::read_dir(folder).unwrap().flatten() {
        match entry.path() {
            path if path.is_dir() => walk(&path, each),
            path => each(path),
        }
    }
}

async fn serve(listener: TcpListener, service: S3Service, asked: Asked, held: watch::Sender<bool>) {
    // They end with this task.
    let mut connections = JoinSet::new();
    loop {
        let (socket, _) = listener.accept().await.unwrap();
        let (service, asked, held) = (service.clone(), asked.clone(), held.clone());
        connections.spawn(async move {
            let counted = service_fn(|request: Request<Incoming>| {
                asked.lock().unwrap().push(request.method().clone());
                let reads = request.method() == Method::GET
                    && !request.uri().query().is_some_and(|query| query.contains("list-type"));
                let (service, mut held) = (service.clone(), held.subscribe());
                async move {
                    if reads {
                        held.wait_for(|held| !held).await.ok();
                    }
                    Service::call(&service, request).await
                }
            });
            Builder::new(TokioExecutor::new()).serve_connection(TokioIo::new(socket), counted).await.ok();
        });
    }
}
