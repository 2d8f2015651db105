//! The picture size in a sequence parameter set (H.264, section 7.3.2.1.1).

use crate::codec::{BitReader, Resolution};

/// Longer sets are read only so far; the size stands before the VUI parameters, which alone are long.
const MAX_LEN: usize = 256;
/// Chroma format 4:4:4, the only one whose planes may be separate.
const CHROMA_444: u32 = 3;
/// Wider or higher pictures are not believed: level 6.2 allows 16,888 (H.264, section A.3.1).
const MAX_SIDE: u32 = 0x8000;
const MAX_FRAME_NUMBER_CYCLE: u32 = 255;

/// The size of the picture after cropping; `data` is the NAL unit without its header byte. `None` when it is damaged.
pub fn resolution(data: &[u8]) -> Option<Resolution> {
    let mut unescaped = [0; MAX_LEN];
    let len = unescape(data, &mut unescaped);
    let mut bits = BitReader::new(unescaped.get(..len)?);
    let profile = bits.bits(8)?;
    bits.skip(16)?;
    bits.exponential_golomb()?;
    let chroma = if has_chroma_format(profile) { read_chroma_format(&mut bits)? } else { Chroma::SUBSAMPLED };
    skip_picture_order(&mut bits)?;
    // max_num_ref_frames, gaps_in_frame_num_value_allowed_flag
    bits.exponential_golomb()?;
    bits.skip(1)?;
    let width = bits.exponential_golomb()?.checked_add(1)?.checked_mul(16)?;
    let map_units = bits.exponential_golomb()?.checked_add(1)?.checked_mul(16)?;
    let frames_only = bits.flag()?;
    let fields = if frames_only { 1 } else { 2 };
    if !frames_only {
        bits.skip(1)?;
    }
    let height = map_units.checked_mul(fields)?;
    bits.skip(1)?;
    let (cropped_width, cropped_height) = if bits.flag()? { read_cropping(&mut bits, chroma, fields)? } else { (0, 0) };
    let side = |whole: u32, cropped| whole.checked_sub(cropped).filter(|side| (1..=MAX_SIDE).contains(side));
    Some(Resolution { width: side(width, cropped_width)?, height: side(height, cropped_height)? })
}

/// Undoes the emulation prevention (H.264, section 7.4.1): a 3 after two zeros is left out. Returns the length.
fn unescape(data: &[u8], out: &mut [u8]) -> usize {
    let mut zeros = 0;
    let mut len = 0;
    for byte in data {
        if zeros >= 2 && *byte == 3 {
            zeros = 0;
            continue;
        }
        let Some(place) = out.get_mut(len) else { break };
        *place = *byte;
        len += 1;
        zeros = if *byte == 0 { zeros + 1 } else { 0 };
    }
    len
}

/// How many luma samples a cropping unit has (H.264, table 6-1).
#[derive(Clone, Copy)]
struct Chroma {
    width: u32,
    height: u32,
}

impl Chroma {
    /// 4:2:0, which a profile without a chroma format has.
    const SUBSAMPLED: Self = Self { width: 2, height: 2 };

    const fn of_format(format: u32) -> Option<Self> {
        match format {
            0 | CHROMA_444 => Some(Self { width: 1, height: 1 }),
            1 => Some(Self::SUBSAMPLED),
            2 => Some(Self { width: 2, height: 1 }),
            _ => None,
        }
    }
}

const fn has_chroma_format(profile: u32) -> bool {
    matches!(profile, 44 | 83 | 86 | 100 | 110 | 118 | 122 | 128 | 134 | 135 | 138 | 139 | 244)
}

/// Reads from chroma_format_idc to the scaling lists.
fn read_chroma_format(bits: &mut BitReader<'_>) -> Option<Chroma> {
    let format = bits.exponential_golomb()?;
    let separate_planes = format == CHROMA_444 && bits.flag()?;
    // bit_depth_luma_minus8, bit_depth_chroma_minus8, qpprime_y_zero_transform_bypass_flag
    bits.exponential_golomb()?;
    bits.exponential_golomb()?;
    bits.skip(1)?;
    if bits.flag()? {
        let lists = if format == CHROMA_444 { 12 } else { 8 };
        for list in 0..lists {
            if bits.flag()? {
                skip_scaling_list(bits, if list < 6 { 16 } else { 64 })?;
            }
        }
    }
    if separate_planes { Chroma::of_format(0) } else { Chroma::of_format(format) }
}

/// H.264, section 7.3.2.1.1.1: a list ends early when its next scale becomes 0.
fn skip_scaling_list(bits: &mut BitReader<'_>, size: u32) -> Option<()> {
    let mut next_scale: i64 = 8;
    for _ in 0..size {
        if next_scale == 0 {
            break;
        }
        next_scale = (next_scale + bits.signed_exponential_golomb()?).rem_euclid(256);
    }
    Some(())
}

/// Reads from log2_max_frame_num_minus4 to the end of the picture order count's fields.
fn skip_picture_order(bits: &mut BitReader<'_>) -> Option<()> {
    bits.exponential_golomb()?;
    match bits.exponential_golomb()? {
        0 => bits.exponential_golomb().map(drop),
        1 => {
            bits.skip(1)?;
            bits.exponential_golomb()?;
            bits.exponential_golomb()?;
            let cycle = bits.exponential_golomb().filter(|cycle| *cycle <= MAX_FRAME_NUMBER_CYCLE)?;
            (0..cycle).try_for_each(|_| bits.exponential_golomb().map(drop))
        }
        2 => Some(()),
        _ => None,
    }
}

/// The luma samples that cropping takes off width and height.
fn read_cropping(bits: &mut BitReader<'_>, chroma: Chroma, fields: u32) -> Option<(u32, u32)> {
    let mut pair = || bits.exponential_golomb()?.checked_add(bits.exponential_golomb()?);
    let (horizontal, vertical) = (pair()?, pair()?);
    Some((horizontal.checked_mul(chroma.width)?, vertical.checked_mul(chroma.height * fields)?))
}
