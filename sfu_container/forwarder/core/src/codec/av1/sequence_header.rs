//! The picture size in a sequence header OBU (AV1, section 5.5.1).

use crate::codec::{BitReader, Resolution};

/// The greatest frame size of the sequence; `data` is the OBU without its header. `None` when it is damaged.
pub(super) fn max_resolution(data: &[u8]) -> Option<Resolution> {
    let mut bits = BitReader::new(data);
    // seq_profile, still_picture
    bits.skip(4)?;
    let is_reduced = bits.flag()?;
    if is_reduced {
        bits.skip(5)?
    } else {
        skip_operating_points(&mut bits)?
    }
    let width_bits = bits.bits(4)? + 1;
    let height_bits = bits.bits(4)? + 1;
    Some(Resolution { width: bits.bits(width_bits)? + 1, height: bits.bits(height_bits)? + 1 })
}

fn skip_operating_points(bits: &mut BitReader<'_>) -> Option<()> {
    let delay_len = if bits.flag()? { skip_timing_info(bits)? } else { None };
    let has_display_delay = bits.flag()?;
    let points = bits.bits(5)? + 1;
    for _ in 0..points {
        // operating_point_idc, then seq_level_idx, of which the high levels have a tier
        bits.skip(12)?;
        if bits.bits(5)? > 7 {
            bits.skip(1)?;
        }
        if let Some(delay_len) = delay_len
            && bits.flag()?
        {
            // decoder_buffer_delay, encoder_buffer_delay, low_delay_mode_flag
            bits.skip(2 * delay_len + 1)?;
        }
        if has_display_delay && bits.flag()? {
            bits.skip(4)?;
        }
    }
    Some(())
}

/// Returns the length of buffer delays in bits, where there is a decoder model.
fn skip_timing_info(bits: &mut BitReader<'_>) -> Option<Option<usize>> {
    // num_units_in_display_tick, time_scale
    bits.skip(64)?;
    if bits.flag()? {
        bits.exponential_golomb()?;
    }
    if !bits.flag()? {
        return Some(None);
    }
    let delay_len = bits.bits(5)? + 1;
    // num_units_in_decoding_tick, buffer_removal_time_length_minus_1, frame_presentation_time_length_minus_1
    bits.skip(42)?;
    Some(usize::try_from(delay_len).ok())
}
