//! What a file field accepts of a new file.

use super::{NewFile, key, sniff};
use crate::error::Fault;
use crate::schema::field::file::FileOptions;

/// What can be said against a new file: its name, its size, then its type.
pub fn check(options: &FileOptions, file: &NewFile) -> Option<Fault> {
    if key::is_side_file(&file.name) {
        return Some(invalid_names(vec![file.original_name.clone()]));
    }
    let most = options.size_limit();
    if i64::try_from(file.content.size()).unwrap_or(i64::MAX) > most {
        let client_name = &file.original_name;
        let message = format!("Failed to upload {client_name} - the maximum allowed file size is {most} bytes.");
        let fault = Fault::new("validation_file_size_limit", message);
        return Some(fault.with("file", client_name.as_str()).with("maxSize", most));
    }
    let accepted = options.mime_types.as_deref().unwrap_or_default();
    if !accepted.is_empty() && !sniff::is_accepted(file.content_type, accepted) {
        let message = format!("\"{}\" mime type must be one of: {}.", file.name, accepted.join(", "));
        return Some(Fault::new("validation_invalid_mime_type", message));
    }
    None
}

/// The fault of names that cannot become a field's files.
pub fn invalid_names(names: Vec<String>) -> Fault {
    let message = format!("Invalid new files: [{}].", names.join(" "));
    Fault::new("validation_invalid_file", message).with("invalidFiles", names)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::files::Upload;

    fn file(name: &str, content: &'static str) -> NewFile {
        NewFile::from_upload(&Upload { key: "doc".into(), file_name: name.into(), content: content.into() })
    }

    #[test]
    fn size_is_told_with_the_clients_name_and_checked_before_the_type() {
        let options = FileOptions { max_size: 3, mime_types: Some(vec!["image/png".into()]), ..Default::default() };
        let fault = check(&options, &file("My x.pdf", "four")).expect("too large");
        assert_eq!(fault.code, "validation_file_size_limit");
        assert_eq!(fault.message, "Failed to upload My x.pdf - the maximum allowed file size is 3 bytes.");
        let fault = check(&options, &file("x.png", "abc")).expect("text is no image");
        assert_eq!(fault.code, "validation_invalid_mime_type");
        assert!(fault.params.is_empty());
    }

    #[test]
    fn a_name_that_side_files_have_is_refused() {
        for name in ["x.attrs", ".attrs", "a.tar.attrs", "../x.attrs"] {
            let fault = check(&FileOptions::default(), &file(name, "x")).expect(name);
            assert_eq!(
                (fault.code, fault.message),
                ("validation_invalid_file", format!("Invalid new files: [{name}]."))
            );
        }
        assert_eq!(check(&FileOptions::default(), &file("x.ATTRS", "x")), None);
    }

    #[test]
    fn a_file_of_exactly_the_greatest_size_passes() {
        let options = FileOptions { max_size: 4, ..Default::default() };
        assert_eq!(check(&options, &file("x.txt", "four")), None);
    }
}
