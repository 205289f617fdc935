//! Sizes of thumbs, as they are asked for and what they mean for an image (contract: files, section 6).

/// How many digits a side may have.
const DIGITS: usize = 10;

/// A size that is asked for: `WxH`, with `t`, `b` or `f` behind it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Size {
    width: u32,
    height: u32,
    fill: Fill,
}

/// How an image fills a box whose sides are both given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fill {
    /// It covers the box, and what hangs over is cut off.
    Cover(Edge),
    /// It lies within the box, and is never enlarged.
    Within,
}

/// What of an image stays where it is cut in height; in width it is always the middle.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Edge {
    Middle,
    Top,
    Bottom,
}

/// The sides of a thumb of one image, in pixels, and what is kept of the image.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Target {
    pub(super) width: u32,
    pub(super) height: u32,
    /// Where the kept part lies, from 0 at the left and top to 1 at the right and bottom; `None` keeps all.
    pub(super) kept: Option<(f64, f64)>,
}

impl Size {
    /// Reads a size; `None` where the text is none, and where both sides are zero.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let (sides, fill) = match text.as_bytes().last()? {
            b't' => (&text[..text.len() - 1], Fill::Cover(Edge::Top)),
            b'b' => (&text[..text.len() - 1], Fill::Cover(Edge::Bottom)),
            b'f' => (&text[..text.len() - 1], Fill::Within),
            _ => (text, Fill::Cover(Edge::Middle)),
        };
        let (width, height) = sides.split_once('x')?;
        let (width, height) = (side(width)?, side(height)?);
        (width > 0 || height > 0).then_some(Self { width, height, fill })
    }

    /// What it means for an image of these sides.
    pub(super) fn of(self, width: u32, height: u32) -> Target {
        let whole = |width, height| Target { width, height, kept: None };
        match (self.width, self.height, self.fill) {
            (0, wanted, _) => whole(scaled(width, wanted, height), wanted),
            (wanted, 0, _) => whole(wanted, scaled(height, wanted, width)),
            (most_wide, most_high, Fill::Within) => {
                if width <= most_wide && height <= most_high {
                    whole(width, height)
                } else if u64::from(width) * u64::from(most_high) > u64::from(height) * u64::from(most_wide) {
                    whole(most_wide, scaled(height, most_wide, width))
                } else {
                    whole(scaled(width, most_high, height), most_high)
                }
            }
            (width, height, Fill::Cover(edge)) => {
                let from_top = match edge {
                    Edge::Middle => 0.5,
                    Edge::Top => 0.0,
                    Edge::Bottom => 1.0,
                };
                Target { width, height, kept: Some((0.5, from_top)) }
            }
        }
    }
}

fn side(text: &str) -> Option<u32> {
    let digits = (1..=DIGITS).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    if digits { text.parse().ok() } else { None }
}

/// `length * to / from` in whole pixels, at least one.
fn scaled(length: u32, to: u32, from: u32) -> u32 {
    let (length, to, from) = (u128::from(length), u128::from(to), u128::from(from.max(1)));
    u32::try_from((length * to * 2 + from) / (from * 2)).unwrap_or(u32::MAX).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sides(size: &str, width: u32, height: u32) -> (u32, u32) {
        let target = Size::parse(size).expect(size).of(width, height);
        (target.width, target.height)
    }

    #[test]
    fn what_is_no_size_is_refused() {
        for text in [
            "",
            "x",
            "t",
            "10",
            "10x",
            "x10",
            "10x10z",
            "10X10",
            "10x10tt",
            "-1x5",
            "+1x5",
            "1 x5",
            "1.5x2",
            "0x0",
            "0x0t",
            "00x000b",
            "4294967296x1",
            "00000000001x1",
            "10x10é",
            "10×10",
        ] {
            assert_eq!(Size::parse(text), None, "{text}");
        }
    }

    #[test]
    fn both_sides_are_covered_whatever_the_image() {
        for (width, height) in [(400, 200), (1, 1000), (30, 40), (100, 100)] {
            for size in ["60x40", "60x40t", "60x40b"] {
                assert_eq!(sides(size, width, height), (60, 40), "{size} of {width}x{height}");
            }
        }
        for (size, kept) in [("60x40", 0.5), ("60x40t", 0.0), ("60x40b", 1.0)] {
            assert_eq!(Size::parse(size).expect(size).of(10, 10).kept, Some((0.5, kept)), "{size}");
        }
    }

    #[test]
    fn within_keeps_the_aspect_and_never_enlarges() {
        for (size, image, expected) in [
            ("100x100f", (400, 200), (100, 50)),
            ("100x100f", (200, 400), (50, 100)),
            ("100x20f", (400, 200), (40, 20)),
            ("100x100f", (60, 40), (60, 40)),
            ("100x100f", (100, 100), (100, 100)),
            ("100x100f", (60, 120), (50, 100)),
            ("50x50f", (333, 100), (50, 15)),
            ("50x50f", (1000, 1), (50, 1)),
        ] {
            assert_eq!(sides(size, image.0, image.1), expected, "{size} of {image:?}");
        }
        assert_eq!(Size::parse("5x5f").expect("a size").of(100, 10).kept, None);
    }

    #[test]
    fn a_zero_side_follows_from_the_other_and_may_enlarge() {
        for (size, image, expected) in [
            ("0x50", (400, 200), (100, 50)),
            ("50x0", (400, 200), (50, 25)),
            ("0x400", (30, 40), (300, 400)),
            ("800x0", (400, 200), (800, 400)),
            ("0x50f", (400, 200), (100, 50)),
            ("0x300t", (40, 30), (400, 300)),
            ("60x0b", (30, 10), (60, 20)),
            // halves go up, and nothing vanishes
            ("0x3", (5, 6), (3, 3)),
            ("10x0", (1000, 1), (10, 1)),
        ] {
            assert_eq!(sides(size, image.0, image.1), expected, "{size} of {image:?}");
        }
        assert_eq!(Size::parse("0x4294967295").expect("a size").of(u32::MAX, 1).width, u32::MAX);
    }
}
