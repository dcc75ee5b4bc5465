// SPDX-License-Identifier: LGPL-2.1-or-later OR BSD-3-Clause
//! Requests to the family, and their answers.

use crate::sys::{self, Socket};
use std::fmt;
use std::io;
use std::process;

const FAMILY: &[u8] = b"varta\0";

const REQUEST: u16 = 0x1;
pub const ACK: u16 = 0x4;
pub const DUMP: u16 = 0x300;
const DUMP_INTR: u16 = 0x10;
const CAPPED: u16 = 0x100;
const NLMSG_ERROR: u16 = 2;
const NLMSG_DONE: u16 = 3;
pub const CTRL: u16 = 16;
pub const CTRL_NEWFAMILY: u8 = 1;
pub const CTRL_DELFAMILY: u8 = 2;
const CTRL_GETFAMILY: u8 = 3;
const CTRL_FAMILY_ID: u16 = 1;
const CTRL_FAMILY_NAME: u16 = 2;
const CTRL_MCAST_GROUPS: u16 = 7;
const CTRL_GROUP_NAME: u16 = 1;
const CTRL_GROUP_ID: u16 = 2;
const TEXT: u16 = 1;

/// No datagram of the kernel is longer.
pub const DATAGRAM: usize = 1 << 16;
/// Datagrams for one answer; the kernel sends fewer.
const DATAGRAMS_MAX: usize = 1 << 20;
const RETRY_NS: u64 = 1_000_000_000;

/// Why a call failed.
#[derive(Debug)]
#[non_exhaustive]
pub enum Error {
    /// The module is not loaded.
    NotLoaded,
    /// The kernel refused a request.
    Refused {
        errno: i32,
        /// The kernel's words; they begin with the reason and a colon.
        text: String,
    },
    /// The name has a NUL or more than 15 bytes.
    InvalidName,
    /// As many lanes are open as the agent can have.
    NoLane,
    /// A system call failed.
    Io(io::Error),
}

impl Error {
    /// The kernel's word for why it refused, as `bad-threshold`; "" if it gave none.
    pub fn reason(&self) -> &str {
        match self {
            Self::Refused { text, .. } => match text.split_once(':') {
                Some((word, _)) if !word.contains(' ') => word,
                _ => "",
            },
            _ => "",
        }
    }

    /// Netlink itself answers so for an unknown family, without a text.
    fn is_unloaded(&self) -> bool {
        matches!(self, Self::Refused { errno: sys::ENOENT | sys::EPROTONOSUPPORT, text }
                 if text.is_empty())
    }
}

impl fmt::Display for Error {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotLoaded => to.write_str("the varta module is not loaded"),
            Self::Refused { errno, text } if text.is_empty() => {
                io::Error::from_raw_os_error(*errno).fmt(to)
            }
            Self::Refused { text, .. } => to.write_str(text),
            Self::InvalidName => to.write_str("the name has a NUL or more than 15 bytes"),
            Self::NoLane => to.write_str("all lanes of the agent are open"),
            Self::Io(error) => error.fmt(to),
        }
    }
}

impl std::error::Error for Error {}

impl From<io::Error> for Error {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

fn u16_at(data: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_ne_bytes(data.get(at..at + 2)?.try_into().ok()?))
}

fn u32_at(data: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_ne_bytes(data.get(at..at + 4)?.try_into().ok()?))
}

/// Appends an attribute, padded.
pub fn put(to: &mut Vec<u8>, kind: u16, value: &[u8]) {
    to.extend_from_slice(&(4 + value.len() as u16).to_ne_bytes());
    to.extend_from_slice(&kind.to_ne_bytes());
    to.extend_from_slice(value);
    to.resize((to.len() + 3) & !3, 0);
}

/// Type and value of each attribute; a malformed rest is ignored.
pub fn attributes(data: &[u8]) -> impl Iterator<Item = (u16, &[u8])> {
    let mut rest = data;
    std::iter::from_fn(move || {
        let length = usize::from(u16_at(rest, 0)?);
        let kind = u16_at(rest, 2)? & 0x3fff;
        let value = rest.get(4..length)?;
        rest = rest.get((length + 3) & !3..).unwrap_or(&[]);
        Some((kind, value))
    })
}

pub struct Message<'a> {
    pub kind: u16,
    flags: u16,
    sequence: u32,
    pub content: &'a [u8],
}

/// The messages of a datagram; a malformed rest is ignored.
pub fn messages(datagram: &[u8]) -> impl Iterator<Item = Message<'_>> {
    let mut rest = datagram;
    std::iter::from_fn(move || {
        let length = u32_at(rest, 0)? as usize;
        let message = Message {
            kind: u16_at(rest, 4)?,
            flags: u16_at(rest, 6)?,
            sequence: u32_at(rest, 8)?,
            content: rest.get(16..length)?,
        };
        rest = rest.get((length + 3) & !3..).unwrap_or(&[]);
        Some(message)
    })
}

impl Message<'_> {
    /// The kernel's refusal in an error, or at the end of a dump.
    fn refusal(&self) -> Option<Error> {
        let errno = -(u32_at(self.content, 0)? as i32);
        if errno <= 0 {
            return None;
        }
        let mut at = 4;
        if self.kind == NLMSG_ERROR {
            // An uncapped answer repeats the request.
            let repeated = u32_at(self.content, 4).unwrap_or(16) as usize;
            at = if self.flags & CAPPED != 0 || repeated < 16 {
                20
            } else {
                4 + ((repeated + 3) & !3)
            };
        }
        let text = attributes(self.content.get(at..).unwrap_or(&[]))
            .find(|&(kind, _)| kind == TEXT)
            .map(|(_, value)| {
                String::from_utf8_lossy(value)
                    .trim_end_matches('\0')
                    .to_string()
            });
        Some(Error::Refused {
            errno,
            text: text.unwrap_or_default(),
        })
    }
}

/// Id and group of the family.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub struct Family {
    pub id: u16,
    pub group: u32,
}

impl Family {
    /// None if a message of the controller is not about this family.
    pub fn read(content: &[u8]) -> Option<Self> {
        let mut family = Self::default();
        let mut is_ours = false;
        for (kind, value) in attributes(content.get(4..)?) {
            match kind {
                CTRL_FAMILY_NAME => is_ours = value == FAMILY,
                CTRL_FAMILY_ID => family.id = u16_at(value, 0)?,
                CTRL_MCAST_GROUPS => {
                    for (_, group) in attributes(value) {
                        let get = |wanted| attributes(group).find(|&(kind, _)| kind == wanted);
                        if get(CTRL_GROUP_NAME).map(|(_, name)| name) == Some(b"events\0") {
                            family.group = u32_at(get(CTRL_GROUP_ID)?.1, 0)?;
                        }
                    }
                }
                _ => {}
            }
        }
        is_ours.then_some(family)
    }
}

/// A socket to the family, which it finds again after a reload and in a child.
#[derive(Default)]
pub struct Connection {
    pub socket: Option<Socket>,
    pub family: Family,
    process: u32,
    sequence: u32,
    retry_at: u64,
    buffer: Vec<u8>,
}

impl Connection {
    pub fn connect(&mut self) -> io::Result<&Socket> {
        if self.process != process::id() {
            // The parent uses this socket, and its answers would be mixed with ours.
            self.socket = None;
            self.process = process::id();
            self.retry_at = 0;
        }
        if self.socket.is_none() {
            self.socket = Some(Socket::open()?);
            self.buffer.resize(DATAGRAM, 0);
        }
        Ok(self.socket.as_ref().unwrap())
    }

    fn send(&mut self, kind: u16, flags: u16, command: u8, content: &[u8]) -> Result<u32, Error> {
        self.sequence = self.sequence.wrapping_add(1);
        let mut data = Vec::with_capacity(20 + content.len());
        data.extend_from_slice(&(20 + content.len() as u32).to_ne_bytes());
        data.extend_from_slice(&kind.to_ne_bytes());
        data.extend_from_slice(&(REQUEST | flags).to_ne_bytes());
        data.extend_from_slice(&self.sequence.to_ne_bytes());
        data.extend_from_slice(&[0, 0, 0, 0, command, 1, 0, 0]);
        data.extend_from_slice(content);
        let result = self.connect()?.send(&data);
        if let Err(error) = &result {
            match error.raw_os_error() {
                Some(sys::EAGAIN | sys::ENOBUFS | sys::ENOMEM | sys::ECONNREFUSED) => {}
                // The program may have closed the socket.
                _ => self.socket = None,
            }
        }
        result?;
        Ok(self.sequence)
    }

    /// The length of a datagram in the buffer, or None if there is none.
    pub fn receive(&mut self) -> io::Result<Option<usize>> {
        self.connect()?;
        let socket = self.socket.as_ref().unwrap();
        match socket.receive(&mut self.buffer) {
            Ok(length) => Ok(Some(length)),
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => Ok(None),
            Err(error) => {
                if matches!(error.raw_os_error(), Some(sys::EBADF | sys::ENOTSOCK)) {
                    self.socket = None;
                }
                Err(error)
            }
        }
    }

    pub fn datagram(&self, length: usize) -> &[u8] {
        &self.buffer[..length]
    }

    /// Looks for the family, at most once a second. With `load`, the kernel loads a missing
    /// module; otherwise it only lists.
    pub fn find(&mut self, load: bool) -> Result<(), Error> {
        self.connect()?;
        if self.family.id != 0 {
            return Ok(());
        }
        let now = sys::now();
        if !load && now < self.retry_at {
            return Err(Error::NotLoaded);
        }
        self.retry_at = now + RETRY_NS;
        let mut content = Vec::new();
        if load {
            put(&mut content, CTRL_FAMILY_NAME, FAMILY);
        }
        let mut found = None;
        let flags = if load { ACK } else { DUMP };
        let answer = self.exchange(CTRL, flags, CTRL_GETFAMILY, &content, |answer| {
            found = found.or_else(|| Family::read(answer));
        });
        match answer {
            Err(Error::Refused {
                errno: sys::ENOENT, ..
            })
            | Ok(()) => {}
            Err(error) => return Err(error),
        }
        self.family = found.ok_or(Error::NotLoaded)?;
        Ok(())
    }

    /// Sends a request and reads its answers to the end. The kernel answers while it is sent, or
    /// when the answer before was read, so nothing needs to be waited for.
    fn exchange(
        &mut self,
        kind: u16,
        flags: u16,
        command: u8,
        content: &[u8],
        mut each: impl FnMut(&[u8]),
    ) -> Result<(), Error> {
        let sequence = self.send(kind, flags, command, content)?;
        let mut interrupted = false;
        for _ in 0..DATAGRAMS_MAX {
            let length = self
                .receive()?
                .ok_or_else(|| io::Error::from(io::ErrorKind::TimedOut))?;
            for message in messages(&self.buffer[..length]) {
                if message.sequence != sequence {
                    continue;
                }
                interrupted |= message.flags & DUMP_INTR != 0;
                match message.kind {
                    NLMSG_ERROR | NLMSG_DONE => match message.refusal() {
                        Some(refusal) => return Err(refusal),
                        None if interrupted => {
                            return Err(io::Error::from(io::ErrorKind::Interrupted).into())
                        }
                        None => return Ok(()),
                    },
                    CTRL.. => each(message.content),
                    _ => {}
                }
            }
        }
        Err(io::Error::new(io::ErrorKind::InvalidData, "the answer does not end").into())
    }

    /// Once more if the module was loaded again, under another id.
    fn retried<T>(
        &mut self,
        mut once: impl FnMut(&mut Self) -> Result<T, Error>,
    ) -> Result<T, Error> {
        for attempt in 0..2 {
            self.find(false)?;
            match once(self) {
                Err(error) if error.is_unloaded() => {
                    self.family = Family::default();
                    if attempt == 0 {
                        self.retry_at = 0;
                    }
                }
                other => return other,
            }
        }
        Err(Error::NotLoaded)
    }

    /// A request to the family, and each of its answers.
    pub fn query(
        &mut self,
        flags: u16,
        command: u8,
        content: &[u8],
        mut each: impl FnMut(&[u8]),
    ) -> Result<(), Error> {
        self.retried(|c| c.exchange(c.family.id, flags, command, content, &mut each))
    }

    /// A request that the kernel answers only if it refuses it.
    pub fn tell(&mut self, command: u8, content: &[u8]) -> Result<(), Error> {
        self.retried(|c| {
            c.send(c.family.id, 0, command, content)?;
            let mut refusal = None;
            loop {
                match c.receive() {
                    Ok(None) => return refusal.map_or(Ok(()), Err),
                    Ok(Some(length)) => {
                        for message in messages(c.datagram(length)) {
                            if message.kind == NLMSG_ERROR {
                                refusal = message.refusal().or(refusal);
                            }
                        }
                    }
                    Err(error) if error.raw_os_error() == Some(sys::ENOBUFS) => {}
                    Err(error) => return Err(error.into()),
                }
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn malformed_attributes_end_the_list() {
        let mut good = Vec::new();
        put(&mut good, 2, b"1234");
        put(&mut good, 9, b"abcde");
        assert_eq!(good.len() % 4, 0);
        for bad in [
            &b"\0\0\x02\0"[..],
            b"\x03\0\x02\0",
            b"\x09\0\x02\0abcd",
            b"\x04",
            b"",
        ] {
            let data = [&good[..], bad].concat();
            let list: Vec<_> = attributes(&data).collect();
            assert_eq!(list, [(2, &b"1234"[..]), (9, &b"abcde"[..])]);
        }
    }

    #[test]
    fn a_child_has_a_socket_of_its_own() {
        use std::os::unix::io::AsRawFd;
        let number = |connection: &mut Connection| connection.connect().unwrap().as_raw_fd();
        let target = |fd| std::fs::read_link(format!("/proc/self/fd/{fd}")).unwrap();
        let mut connection = Connection::default();
        let before = number(&mut connection);
        let socket = target(before);
        assert_eq!(target(number(&mut connection)), socket);
        // As in a child.
        connection.process = 1;
        assert_ne!(target(number(&mut connection)), socket);
        assert_eq!(connection.process, process::id());
    }

    #[test]
    fn refusals_have_a_reason() {
        let text = "bad-pid: the pid must be at least 1";
        let mut details = Vec::new();
        put(&mut details, TEXT, format!("{text}\0").as_bytes());
        for (flags, repeated) in [(CAPPED, 16u32), (0, 28)] {
            let mut content = (-22i32).to_ne_bytes().to_vec();
            content.extend_from_slice(&28u32.to_ne_bytes());
            content.resize(4 + repeated as usize, 0);
            content.extend_from_slice(&details);
            let message = Message {
                kind: NLMSG_ERROR,
                flags,
                sequence: 1,
                content: &content,
            };
            let error = message.refusal().unwrap();
            assert_eq!(error.reason(), "bad-pid");
            assert_eq!(error.to_string(), text);
        }
    }
}
