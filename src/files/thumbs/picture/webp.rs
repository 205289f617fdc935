//! What a WebP file says of itself, as far as its decoder does not ask before it takes memory.

/// The sides of the largest lossy frame of a file. The decoder compares them with those of the whole image only after
/// it has decoded the frame, so that a small image could hold a frame of 16383 by 16383.
pub(super) fn largest_frame(file: &[u8]) -> Option<(u32, u32)> {
    let frames = Chunks(file.get(12..).unwrap_or_default()).flat_map(|(kind, content)| {
        // A frame of an animation has its place and sides before it.
        let parts = if kind == b"ANMF" { content.get(16..).unwrap_or_default() } else { &[] };
        std::iter::once((kind, content)).chain(Chunks(parts))
    });
    frames.filter(|(kind, _)| *kind == b"VP8 ").filter_map(|(_, content)| sides(content)).max_by_key(area)
}

fn area((width, height): &(u32, u32)) -> u64 {
    u64::from(*width) * u64::from(*height)
}

/// The sides in the header of a lossy frame: 14 bits each, behind the frame's tag and start code.
fn sides(frame: &[u8]) -> Option<(u32, u32)> {
    let side = |at: usize| Some(u32::from(u16::from_le_bytes([*frame.get(at)?, *frame.get(at + 1)?]) & 0x3fff));
    Some((side(6)?, side(8)?))
}

/// The chunks of a RIFF list: four letters, the length, the content, and a byte where the length is odd.
struct Chunks<'f>(&'f [u8]);

impl<'f> Iterator for Chunks<'f> {
    type Item = (&'f [u8], &'f [u8]);

    fn next(&mut self) -> Option<Self::Item> {
        let (kind, rest) = self.0.split_at_checked(4)?;
        let (length, rest) = rest.split_at_checked(4)?;
        let length = usize::try_from(u32::from_le_bytes(length.try_into().ok()?)).ok()?;
        let content = &rest[..length.min(rest.len())];
        self.0 = rest.get(length.saturating_add(length & 1)..).unwrap_or_default();
        Some((kind, content))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chunk(kind: &[u8], content: &[u8]) -> Vec<u8> {
        let length = u32::try_from(content.len()).expect("short").to_le_bytes();
        [kind, &length, content, &vec![0; content.len() % 2]].concat()
    }

    fn frame(width: u16, height: u16) -> Vec<u8> {
        chunk(b"VP8 ", &[&[0; 6][..], &width.to_le_bytes(), &height.to_le_bytes()].concat())
    }

    fn file(chunks: &[Vec<u8>]) -> Vec<u8> {
        [&b"RIFF\0\0\0\0WEBP"[..], &chunks.concat()].concat()
    }

    #[test]
    fn frames_are_found_wherever_they_lie() {
        assert_eq!(largest_frame(&file(&[frame(5, 7)])), Some((5, 7)));
        assert_eq!(largest_frame(&file(&[chunk(b"VP8X", &[0; 9]), frame(5, 7), frame(9, 4)])), Some((9, 4)));
        let animated = [&[0; 16][..], &chunk(b"ALPH", &[1, 2, 3]), &frame(16383, 16383)].concat();
        assert_eq!(largest_frame(&file(&[frame(5, 7), chunk(b"ANMF", &animated)])), Some((16383, 16383)));
    }

    #[test]
    fn broken_files_have_what_can_be_read_of_them() {
        let whole = file(&[chunk(b"VP8X", &[0; 10]), frame(5, 7)]);
        for length in 0..whole.len() {
            assert_eq!(largest_frame(&whole[..length]), None, "{length}");
        }
        assert_eq!(largest_frame(&file(&[chunk(b"VP8L", &[0; 10])])), None);
        assert_eq!(largest_frame(&[255; 40]), None);
    }
}
