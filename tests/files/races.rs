//! Several who write files of one record at once.

use futures_util::future::join_all;

use super::{content, files_in, left, server, upload};
use crate::support::{Client, multipart};

#[tokio::test]
async fn of_files_that_replace_each_other_the_one_that_is_named_stays() {
    let mut server = server().await;
    let guest = server.guest();
    let (made, _) = upload(&guest, "first.bin", &content(70_000)).await;
    let replaced = join_all((0..12).map(|number| {
        let (guest, id, sent) = (guest.clone(), made.id(), content(70_000 + number));
        async move { guest.update_form("docs", &id, multipart(&[], &[("file", "other.bin", &sent)])).await.status }
    }));
    assert_eq!(replaced.await, vec![200; 12]);
    left(&server, 2).await;
    let view = guest.view("docs", &made.id(), &[]).await;
    guest.get(&format!("/api/files/docs/{}/{}", made.id(), view.text("/file"))).await.is(200);
    // The next start sweeps what is still listed, and nothing else.
    server.restart();
    left(&server, 2).await;
    assert_eq!(server.stopped_database().value("SELECT count(*) FROM _tb_uploads"), "0");
}

#[tokio::test]
async fn files_that_are_appended_at_once_all_stay() {
    let server = server().await;
    let guest = server.guest();
    let (made, _) = upload(&guest, "first.bin", b"1").await;
    let appended = join_all((0..12).map(|_| {
        let (guest, id) = (guest.clone(), made.id());
        async move { guest.update_form("docs", &id, multipart(&[], &[("more+", "one.bin", b"1")])).await.status }
    }));
    assert_eq!(appended.await, vec![200; 12]);
    let view = guest.view("docs", &made.id(), &[]).await;
    let names = view.at("/more").as_array().unwrap().clone();
    assert_eq!(names.len(), 12);
    for name in names {
        guest.get(&format!("/api/files/docs/{}/{}", made.id(), name.as_str().unwrap())).await.is(200);
    }
    left(&server, 2 * 13).await;
}

#[tokio::test]
async fn uploads_beside_the_delete_of_their_record_leave_nothing() {
    let mut server = server().await;
    let guest = server.guest();
    for _ in 0..6 {
        let (made, _) = upload(&guest, "first.bin", &content(70_000)).await;
        let uploads =
            join_all(
                (0..8).map(|number| {
                    let (guest, id, sent) = (guest.clone(), made.id(), content(70_000 + number));
                    async move {
                        guest.update_form("docs", &id, multipart(&[], &[("file", "other.bin", &sent)])).await.status
                    }
                }),
            );
        let id = made.id();
        let (updated, deleted) = tokio::join!(uploads, guest.delete("docs", &id));
        deleted.is(204);
        assert!(updated.iter().all(|status| [200, 404].contains(status)), "{updated:?}");
    }
    left(&server, 0).await;
    server.restart();
    assert_eq!(server.stopped_database().value("SELECT count(*) FROM _tb_uploads"), "0");
    assert_eq!(files_in(&server.dir().join("storage")), 0);
}
