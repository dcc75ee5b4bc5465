// SPDX-License-Identifier: LGPL-2.1-or-later OR BSD-3-Clause
//! The few calls of the C library that std lacks. All unsafe code is here.

use crate::uapi::NAME_SIZE;
use std::fs::File;
use std::io;
use std::mem::{size_of, ManuallyDrop};
use std::ops::Deref;
use std::os::raw::{c_int, c_long, c_short, c_ulong, c_void};
use std::os::unix::fs::MetadataExt;
use std::os::unix::io::{AsRawFd, FromRawFd, OwnedFd, RawFd};
use std::ptr::{self, NonNull};
use std::sync::atomic::{AtomicU32, AtomicU64, AtomicU8, Ordering};
use std::sync::Arc;

pub const ENOENT: i32 = 2;
pub const EINTR: i32 = 4;
pub const EBADF: i32 = 9;
pub const EAGAIN: i32 = 11;
pub const ENOMEM: i32 = 12;
pub const EPROTONOSUPPORT: i32 = 93;
pub const ENOBUFS: i32 = 105;
pub const ENOTSOCK: i32 = 88;
pub const ECONNREFUSED: i32 = 111;

const AF_NETLINK: u16 = 16;
const SOCK_RAW: c_int = 3;
const SOCK_NONBLOCK: c_int = 0o4000;
const SOCK_CLOEXEC: c_int = 0o2000000;
const NETLINK_GENERIC: c_int = 16;
const SOL_SOCKET: c_int = 1;
const SO_RCVBUF: c_int = 8;
const SO_RCVBUFFORCE: c_int = 33;
const SOL_NETLINK: c_int = 270;
const MSG_DONTWAIT: c_int = 0x40;
const MSG_TRUNC: c_int = 0x20;
const MSG_NOSIGNAL: c_int = 0x4000;
const MSG_FASTOPEN: c_int = 0x2000_0000;
const POLLIN: c_short = 1;
const CLOCK_MONOTONIC: c_int = 1;
const PROT_READ_WRITE: c_int = 3;
const MAP_PRIVATE_ANONYMOUS: c_int = if cfg!(any(target_arch = "mips", target_arch = "mips64")) {
    0x802
} else {
    0x22
};
const MADV_DONTFORK: c_int = 10;
const MADV_WIPEONFORK: c_int = 18;
const SC_PAGESIZE: c_int = 30;

pub const NETLINK_ADD_MEMBERSHIP: c_int = 1;
pub const NETLINK_BROADCAST_ERROR: c_int = 4;
pub const NETLINK_CAP_ACK: c_int = 10;
pub const NETLINK_EXT_ACK: c_int = 11;

#[repr(C)]
#[derive(Default)]
struct SockaddrNl {
    family: u16,
    pad: u16,
    pid: u32,
    groups: u32,
}

#[repr(C)]
#[derive(Default)]
struct Timespec {
    seconds: c_long,
    nanoseconds: c_long,
}

#[repr(C)]
struct PollFd {
    fd: c_int,
    events: c_short,
    revents: c_short,
}

extern "C" {
    fn socket(domain: c_int, kind: c_int, protocol: c_int) -> c_int;
    fn bind(fd: c_int, address: *const SockaddrNl, size: u32) -> c_int;
    fn setsockopt(fd: c_int, level: c_int, name: c_int, value: *const c_void, size: u32) -> c_int;
    fn sendto(
        fd: c_int,
        data: *const c_void,
        size: usize,
        flags: c_int,
        to: *const SockaddrNl,
        to_size: u32,
    ) -> isize;
    fn recvfrom(
        fd: c_int,
        data: *mut c_void,
        size: usize,
        flags: c_int,
        from: *mut SockaddrNl,
        from_size: *mut u32,
    ) -> isize;
    fn poll(fds: *mut PollFd, count: c_ulong, timeout: c_int) -> c_int;
    fn clock_gettime(clock: c_int, time: *mut Timespec) -> c_int;
    fn gettid() -> c_int;
    fn sysconf(name: c_int) -> c_long;
    fn mmap(
        at: *mut c_void,
        size: usize,
        protection: c_int,
        flags: c_int,
        fd: c_int,
        offset: c_long,
    ) -> *mut c_void;
    fn munmap(at: *mut c_void, size: usize) -> c_int;
    fn madvise(at: *mut c_void, size: usize, advice: c_int) -> c_int;
}

const ADDRESS_SIZE: u32 = size_of::<SockaddrNl>() as u32;

/// CLOCK_MONOTONIC in nanoseconds.
pub fn now() -> u64 {
    let mut time = Timespec::default();
    // SAFETY: the struct is that of the C library.
    unsafe { clock_gettime(CLOCK_MONOTONIC, &mut time) };
    time.seconds as u64 * 1_000_000_000 + time.nanoseconds as u64
}

/// The number of the calling thread.
pub fn thread_id() -> u32 {
    // SAFETY: no pointers.
    unsafe { gettid() as u32 }
}

fn page_size() -> usize {
    // SAFETY: no pointers.
    unsafe { sysconf(SC_PAGESIZE) as usize }
}

/// A page of zeros.
fn new_pages<T>(size: usize) -> io::Result<NonNull<T>> {
    let flags = MAP_PRIVATE_ANONYMOUS;
    // SAFETY: memory that nothing else uses.
    let at = unsafe { mmap(ptr::null_mut(), size, PROT_READ_WRITE, flags, -1, 0) };
    if at as isize == -1 {
        return Err(io::Error::last_os_error());
    }
    NonNull::new(at.cast()).ok_or_else(|| io::ErrorKind::OutOfMemory.into())
}

/// Tells a child of fork() from its parent, without a system call.
pub struct Mark(NonNull<AtomicU32>);

// SAFETY: the value is atomic.
unsafe impl Send for Mark {}
// SAFETY: as above.
unsafe impl Sync for Mark {}

impl Mark {
    /// Fails where the kernel cannot do it: seccomp and emulators may refuse it.
    pub fn new() -> io::Result<Self> {
        let mark = Self(new_pages(page_size())?);
        // SAFETY: the page is this mark's.
        check(unsafe { madvise(mark.0.as_ptr().cast(), page_size(), MADV_WIPEONFORK) })?;
        mark.value().store(1, Ordering::Relaxed);
        Ok(mark)
    }

    fn value(&self) -> &AtomicU32 {
        // SAFETY: it is mapped until the mark is dropped, in a child too.
        unsafe { self.0.as_ref() }
    }

    /// Whether this is not a child of the process that has made the mark.
    pub fn is_ours(&self) -> bool {
        self.value().load(Ordering::Relaxed) == 1
    }

    #[cfg(test)]
    pub fn clear(&self) {
        self.value().store(0, Ordering::Relaxed);
    }
}

impl Drop for Mark {
    fn drop(&mut self) {
        // SAFETY: nothing refers to it any more.
        unsafe { munmap(self.0.as_ptr().cast(), page_size()) };
    }
}

/// See the command map in the specification of the netlink family.
#[repr(C)]
pub struct Entry {
    pub deadline: AtomicU64,
    pub threshold_ms: AtomicU32,
    pub tid: AtomicU32,
    pub name: [AtomicU8; NAME_SIZE],
}

/// What a page begins with: see the command map in the specification of the netlink family.
#[repr(C)]
pub struct Page {
    pub nonce: AtomicU64,
    pub state: AtomicU64,
    pub kick: AtomicU32,
    pub looks: AtomicU32,
    unused: AtomicU64,
}

/// How many bytes are mapped: lanes that the first page has no room for are in the next ones.
fn pages_size(lanes: usize) -> usize {
    let size = size_of::<Page>() + lanes * size_of::<Entry>();
    (size + page_size() - 1) / page_size() * page_size()
}

/// A page with its lanes, which a child of fork() does not have: there it must not be used. It may
/// be dropped.
pub struct Mapping {
    page: NonNull<Page>,
    lanes: usize,
    mark: Arc<Mark>,
}

// SAFETY: all values of a page are atomic.
unsafe impl Send for Mapping {}
// SAFETY: as above.
unsafe impl Sync for Mapping {}

impl Mapping {
    fn with(page: NonNull<Page>, lanes: usize, mark: &Arc<Mark>) -> Self {
        // For kernels that are too old to do it with their pages. SAFETY: the page is ours.
        unsafe { madvise(page.as_ptr().cast(), pages_size(lanes), MADV_DONTFORK) };
        let mark = Arc::clone(mark);
        Self { page, lanes, mark }
    }

    /// A page of this process.
    pub fn own(lanes: usize, mark: &Arc<Mark>) -> io::Result<Self> {
        Ok(Self::with(new_pages(pages_size(lanes))?, lanes, mark))
    }

    /// The page at an address that the kernel has answered to the command map with so many lanes: it
    /// has mapped it for this process, and nothing else knows of it.
    pub fn of_kernel(address: u64, lanes: usize, mark: &Arc<Mark>) -> Option<Self> {
        let page = NonNull::new(usize::try_from(address).ok()? as *mut Page)?;
        Some(Self::with(page, lanes, mark))
    }

    pub fn lane(&self, number: usize) -> &Entry {
        assert!(number < self.lanes, "lane {number} of {}", self.lanes);
        // SAFETY: as many lanes are mapped after the page's own values, which take the place of one.
        unsafe { &*self.page.as_ptr().add(1).cast::<Entry>().add(number) }
    }

    #[cfg(test)]
    pub fn into_address(self) -> u64 {
        ManuallyDrop::new(self).page.as_ptr() as u64
    }
}

impl Deref for Mapping {
    type Target = Page;

    fn deref(&self) -> &Page {
        // SAFETY: it is mapped until it is dropped, in the process that has made it.
        unsafe { self.page.as_ref() }
    }
}

impl Drop for Mapping {
    fn drop(&mut self) {
        if self.mark.is_ours() {
            // SAFETY: nothing refers to it any more.
            unsafe { munmap(self.page.as_ptr().cast(), pages_size(self.lanes)) };
        }
    }
}

fn check(result: c_int) -> io::Result<c_int> {
    if result < 0 {
        return Err(io::Error::last_os_error());
    }
    Ok(result)
}

/// A socket of generic netlink, which does not block.
pub struct Socket {
    fd: ManuallyDrop<OwnedFd>,
    inode: u64,
}

impl Socket {
    pub fn open() -> io::Result<Self> {
        // SAFETY: no pointers; the descriptor is new.
        let fd = unsafe {
            let kind = SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK;
            OwnedFd::from_raw_fd(check(socket(AF_NETLINK.into(), kind, NETLINK_GENERIC))?)
        };
        let inode = inode_of(fd.as_raw_fd());
        let made = Self {
            fd: ManuallyDrop::new(fd),
            inode,
        };
        made.set_netlink(NETLINK_EXT_ACK, 1)?;
        made.set_netlink(NETLINK_CAP_ACK, 1)?;
        Ok(made)
    }

    fn set(&self, level: c_int, name: c_int, value: u32) -> io::Result<()> {
        let at = &value as *const u32 as *const c_void;
        // SAFETY: the kernel reads four bytes.
        check(unsafe { setsockopt(self.as_raw_fd(), level, name, at, 4) }).map(drop)
    }

    pub fn set_netlink(&self, name: c_int, value: u32) -> io::Result<()> {
        self.set(SOL_NETLINK, name, value)
    }

    /// Multicasts skip a socket without a port.
    pub fn bind(&self, buffer: u32) -> io::Result<()> {
        let address = SockaddrNl {
            family: AF_NETLINK,
            ..Default::default()
        };
        // SAFETY: the address lives during the call.
        check(unsafe { bind(self.as_raw_fd(), &address, ADDRESS_SIZE) })?;
        self.set(SOL_SOCKET, SO_RCVBUFFORCE, buffer)
            .or_else(|_| self.set(SOL_SOCKET, SO_RCVBUF, buffer))
    }

    /// Every other kind of socket refuses the address or MSG_FASTOPEN, so that nothing is sent
    /// if the program has closed the descriptor and its number is another file's.
    pub fn send(&self, data: &[u8]) -> io::Result<()> {
        let kernel = SockaddrNl {
            family: AF_NETLINK,
            ..Default::default()
        };
        let flags = MSG_DONTWAIT | MSG_NOSIGNAL | MSG_FASTOPEN;
        // SAFETY: data and address live during the call.
        let sent = unsafe {
            let start = data.as_ptr() as *const c_void;
            sendto(
                self.as_raw_fd(),
                start,
                data.len(),
                flags,
                &kernel,
                ADDRESS_SIZE,
            )
        };
        check(sent as c_int).map(drop)
    }

    /// The length of a datagram of the kernel; WouldBlock if there is none.
    pub fn receive(&self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            let mut sender = SockaddrNl::default();
            let mut size = ADDRESS_SIZE;
            // SAFETY: buffer and address live during the call, which knows their sizes.
            let length = unsafe {
                let start = buffer.as_mut_ptr() as *mut c_void;
                let flags = MSG_DONTWAIT | MSG_TRUNC;
                recvfrom(
                    self.as_raw_fd(),
                    start,
                    buffer.len(),
                    flags,
                    &mut sender,
                    &mut size,
                )
            };
            check(length as c_int)?;
            if size != ADDRESS_SIZE || sender.family != AF_NETLINK {
                return Err(io::Error::from_raw_os_error(EBADF));
            }
            // Any process can send to any port.
            if sender.pid == 0 {
                let length = length as usize;
                return if length <= buffer.len() {
                    Ok(length)
                } else {
                    Err(io::Error::new(
                        io::ErrorKind::InvalidData,
                        "a datagram is too long",
                    ))
                };
            }
        }
    }

    /// Waits until there is something to receive.
    pub fn wait(&self) -> io::Result<()> {
        let mut poll_fd = PollFd {
            fd: self.as_raw_fd(),
            events: POLLIN,
            revents: 0,
        };
        // SAFETY: one struct.
        match check(unsafe { poll(&mut poll_fd, 1, -1) }) {
            Err(error) if error.raw_os_error() == Some(EINTR) => Ok(()),
            other => other.map(drop),
        }
    }
}

impl AsRawFd for Socket {
    fn as_raw_fd(&self) -> RawFd {
        self.fd.as_raw_fd()
    }
}

impl Drop for Socket {
    /// A program may have closed all its descriptors: then the number can be another file's.
    fn drop(&mut self) {
        if inode_of(self.as_raw_fd()) == self.inode {
            // SAFETY: it is not used afterwards.
            unsafe { ManuallyDrop::drop(&mut self.fd) };
        }
    }
}

/// 0 if it is not open.
fn inode_of(fd: RawFd) -> u64 {
    // SAFETY: the file is not closed, as it is not dropped.
    let file = ManuallyDrop::new(unsafe { File::from_raw_fd(fd) });
    file.metadata().map_or(0, |metadata| metadata.ino())
}
