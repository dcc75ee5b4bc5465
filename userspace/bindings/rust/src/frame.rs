// SPDX-License-Identifier: LGPL-2.1-or-later OR BSD-3-Clause
//! The 32-byte frame of VLP v0.2.

use crate::uapi::{FRAME_LEN, TERMINAL_NONCE};
use std::fmt;

const VERSION: u8 = 2;
const CRC_AT: usize = 28;

/// CRC-32C (Castagnoli).
///
/// ```
/// assert_eq!(varta::frame::crc32c(b"123456789"), 0xe3069283);
/// ```
pub fn crc32c(data: &[u8]) -> u32 {
    !data.iter().fold(!0, |crc, &byte| {
        (0..8).fold(crc ^ u32::from(byte), |crc, _| {
            crc >> 1 ^ if crc & 1 != 0 { 0x82f6_3b78 } else { 0 }
        })
    })
}

/// Why a frame is refused, in the order of the checks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FrameError {
    BadLength,
    BadMagic,
    BadVersion,
    BadCrc,
    BadStatus,
    StallOnWire,
    BadPid,
    BadTimestamp,
    BadNonce,
}

impl FrameError {
    /// The kernel's word for it.
    pub fn reason(self) -> &'static str {
        match self {
            Self::BadLength => "bad-length",
            Self::BadMagic => "bad-magic",
            Self::BadVersion => "bad-version",
            Self::BadCrc => "bad-crc",
            Self::BadStatus => "bad-status",
            Self::StallOnWire => "stall-on-wire",
            Self::BadPid => "bad-pid",
            Self::BadTimestamp => "bad-timestamp",
            Self::BadNonce => "bad-nonce",
        }
    }
}

impl fmt::Display for FrameError {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        to.write_str(self.reason())
    }
}

impl std::error::Error for FrameError {}

/// The content of a frame.
///
/// ```
/// use varta::frame::{Frame, FrameError};
/// let frame = Frame { pid: 2, nonce: 1, ..Frame::default() };
/// assert_eq!(Frame::decode(&frame.encode()), Ok(frame));
/// assert_eq!(Frame::decode(&[0; 32]), Err(FrameError::BadMagic));
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Frame {
    pub status: u8,
    pub pid: u32,
    pub timestamp: u64,
    pub nonce: u64,
    pub payload: u32,
}

impl Frame {
    /// The 32 bytes, whatever the kernel would say of them.
    pub fn encode(&self) -> [u8; FRAME_LEN] {
        let mut data = [0; FRAME_LEN];
        data[0..2].copy_from_slice(b"VA");
        data[2] = VERSION;
        data[3] = self.status;
        data[4..8].copy_from_slice(&self.pid.to_le_bytes());
        data[8..16].copy_from_slice(&self.timestamp.to_le_bytes());
        data[16..24].copy_from_slice(&self.nonce.to_le_bytes());
        data[24..28].copy_from_slice(&self.payload.to_le_bytes());
        let crc = crc32c(&data[..CRC_AT]);
        data[CRC_AT..].copy_from_slice(&crc.to_le_bytes());
        data
    }

    /// The content of a frame, or its first error.
    pub fn decode(data: &[u8]) -> Result<Self, FrameError> {
        let data: &[u8; FRAME_LEN] = data.try_into().map_err(|_| FrameError::BadLength)?;
        let u32_at = |at: usize| u32::from_le_bytes(data[at..at + 4].try_into().unwrap());
        let u64_at = |at: usize| u64::from_le_bytes(data[at..at + 8].try_into().unwrap());
        if &data[0..2] != b"VA" {
            return Err(FrameError::BadMagic);
        }
        if data[2] != VERSION {
            return Err(FrameError::BadVersion);
        }
        if u32_at(CRC_AT) != crc32c(&data[..CRC_AT]) {
            return Err(FrameError::BadCrc);
        }
        let frame = Self {
            status: data[3],
            pid: u32_at(4),
            timestamp: u64_at(8),
            nonce: u64_at(16),
            payload: u32_at(24),
        };
        match frame {
            Self { status: 3, .. } => Err(FrameError::StallOnWire),
            Self { status, .. } if status > 3 => Err(FrameError::BadStatus),
            Self { pid: 0 | 1, .. } => Err(FrameError::BadPid),
            Self {
                timestamp: u64::MAX,
                ..
            } => Err(FrameError::BadTimestamp),
            Self {
                nonce: TERMINAL_NONCE,
                status,
                ..
            } if status != 2 => Err(FrameError::BadNonce),
            _ => Ok(frame),
        }
    }
}
