// SPDX-License-Identifier: LGPL-2.1-or-later OR BSD-3-Clause
//! Beats and lanes without a system call, by the rules of varta-client.h.

use crate::netlink::{put, Connection};
use crate::sys::{self, Entry, Mapping, Mark};
use crate::uapi::{self, Status, LANES_MAX, NAME_SIZE};
use std::cell::Cell;
use std::io;
use std::sync::atomic::{fence, AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock, RwLockReadGuard};
use std::time::Duration;

/// Intervals after which a beat is sent, for an agent that the tracker lost.
pub const SEND_INTERVALS: u64 = 10;

/// A deadline that never comes: the lane is idle. 0 is for a lane without one.
const NEVER: u64 = u64::MAX;

/// The page of this process, or none: then lanes are sent. A child needs another.
pub struct Mapped {
    mark: Arc<Mark>,
    page: Option<Arc<Mapping>>,
    table: Option<Arc<Table>>,
    looks: u32,
    /// When the next beat has to be sent; 0 for now.
    send_at: u64,
    /// When to ask for a page again.
    map_at: u64,
    /// When to send what the kernel may have lost.
    tend_at: u64,
    nonce: u64,
}

impl Mapped {
    pub fn new(lanes: usize) -> io::Result<Self> {
        let mark = Arc::new(Mark::new()?);
        let table = match lanes {
            0 => None,
            _ => Some(Arc::new(Table::new(lanes, &mark)?)),
        };
        Ok(Self {
            mark,
            page: None,
            table,
            looks: 0,
            send_at: 0,
            map_at: 0,
            tend_at: 0,
            nonce: 0,
        })
    }

    /// Whether this is not a child: there, the page must not be touched.
    pub fn is_ours(&self) -> bool {
        self.mark.is_ours()
    }

    /// Beats in the page. False if the beat has to be sent.
    pub fn store(&mut self, now: u64, status: Status, payload: u32) -> bool {
        let page = match &self.page {
            Some(page) if self.nonce < now && now < self.send_at => page,
            _ => return false,
        };
        let (state, last) = (
            state_of(status, payload),
            page.state.load(Ordering::Relaxed),
        );
        if last as u32 != state as u32 {
            return false;
        }
        page.state.store(state, Ordering::Relaxed);
        self.nonce = now;
        // The kernel must not read the new nonce and the old state.
        page.nonce.store(now, Ordering::Release);
        // Either the kernel sees the nonce, or this the kick.
        fence(Ordering::SeqCst);
        page.kick.load(Ordering::Relaxed) == 0
    }

    /// Before a beat or another request is sent: its nonce must be greater than this.
    pub fn begin(&mut self) -> u64 {
        self.send_at = 0;
        if let Some(page) = &self.page {
            self.looks = page.looks.load(Ordering::Relaxed);
        }
        self.nonce
    }

    /// After a beat that was sent and taken. `next` is when to send one again at the latest; `ask`
    /// asks the kernel for a page, and returns its address or 0. True: another beat has the kernel
    /// look at the lanes in a new page.
    pub fn sent(
        &mut self,
        now: u64,
        next: u64,
        status: Status,
        payload: u32,
        nonce: u64,
        ask: impl FnOnce() -> u64,
    ) -> bool {
        let mut is_new = false;
        if let Some(page) = &self.page {
            // The kernel has looked at the page when the beat arrived, unless it does not know the
            // page: after CRIU, for example.
            let looks = page.looks.load(Ordering::Relaxed);
            if page.kick.load(Ordering::Relaxed) > 1 || looks == self.looks {
                // Lanes stay there until there is another.
                self.page = None;
            }
        }
        if self.page.is_none() && now >= self.map_at {
            self.map_at = next;
            let lanes = self.table.as_ref().map_or(0, |table| table.used.len());
            self.page = Mapping::of_kernel(ask(), lanes, &self.mark).map(Arc::new);
            is_new = true;
            if let (Some(page), Some(table)) = (&self.page, &self.table) {
                table.move_to(page);
                // The kernel refuses lanes that are sent from here on.
                table.sends.store(false, Ordering::Relaxed);
                self.tend_at = 0;
            }
        }
        let page = match &self.page {
            Some(page) => page,
            None => {
                self.tend(now, (next - now) / SEND_INTERVALS);
                return false;
            }
        };
        page.state
            .store(state_of(status, payload), Ordering::Relaxed);
        page.nonce.store(nonce, Ordering::Release);
        self.nonce = nonce;
        if is_new && self.table.is_some() {
            return true;
        }
        self.send_at = next;
        false
    }

    /// Sends once in an interval what the kernel may have lost. From the first time on, beats of
    /// lanes are sent.
    fn tend(&mut self, now: u64, interval: u64) {
        if let Some(table) = self.table.as_ref().filter(|_| now >= self.tend_at) {
            self.tend_at = now + interval;
            table.sends.store(true, Ordering::Relaxed);
            for number in 0..table.used.len() {
                table.send(number, true);
            }
        }
    }

    pub fn open_lane(&mut self, name: &str, threshold: Duration) -> Option<Lane> {
        let table = self.table.as_ref()?;
        let threshold_ms = threshold.as_millis() as u32;
        let number = table.open(name, threshold_ms)?;
        // The next beat is sent, so that the kernel looks.
        self.send_at = 0;
        Some(Lane {
            table: Some(Arc::clone(table)),
            number,
            threshold: Duration::from_millis(threshold_ms.into()),
        })
    }
}

fn state_of(status: Status, payload: u32) -> u64 {
    u64::from(status as u32) | u64::from(payload) << 32
}

/// The lanes of an agent, in a page of its own before the kernel has one for it.
struct Table {
    mark: Arc<Mark>,
    /// Tells a child's from its parent's.
    serial: u32,
    /// Held alone only while another page replaces it.
    page: RwLock<Arc<Mapping>>,
    used: Vec<AtomicBool>,
    /// Whether beats of lanes are sent, as there is no page.
    sends: AtomicBool,
    /// Sends the content of a beat. Keeps what is sent in order; locked before the page.
    tell: Mutex<Tell>,
}

type Tell = Box<dyn FnMut(&[u8]) + Send>;

/// What the kernel says to that is no refusal of a beat of the agent.
fn tell_kernel() -> Tell {
    let mut connection = Connection::default();
    Box::new(move |content| {
        let _ = connection.tell(uapi::CMD_BEAT, content);
    })
}

/// A lane as it was at one time.
struct Snapshot {
    deadline: u64,
    threshold_ms: u32,
    tid: u32,
    name: [u8; NAME_SIZE],
}

impl Snapshot {
    fn of(entry: &Entry) -> Self {
        let order = Ordering::Relaxed;
        let mut name = [0; NAME_SIZE];
        for (to, byte) in name.iter_mut().zip(&entry.name) {
            *to = byte.load(order);
        }
        Self {
            deadline: entry.deadline.load(order),
            threshold_ms: entry.threshold_ms.load(Ordering::Acquire),
            tid: entry.tid.load(order),
            name,
        }
    }

    fn content(&self, number: usize, only_new: bool) -> Vec<u8> {
        const NESTED: u16 = 1 << 15;
        let length = self.name.iter().position(|&byte| byte == 0);
        let name = &self.name[..length.unwrap_or(NAME_SIZE - 1)];
        let number = number as u32;
        let mut nest = Vec::with_capacity(80);
        put(&mut nest, uapi::A_LANE_NAME, &[name, b"\0"].concat());
        put(&mut nest, uapi::A_LANE_NUMBER, &number.to_ne_bytes());
        let threshold_ms = self.threshold_ms.to_ne_bytes();
        put(&mut nest, uapi::A_LANE_THRESHOLD_MS, &threshold_ms);
        let deadline = self.deadline.to_ne_bytes();
        put(&mut nest, uapi::A_LANE_DEADLINE, &deadline);
        put(&mut nest, uapi::A_LANE_TID, &self.tid.to_ne_bytes());
        if only_new {
            put(&mut nest, uapi::A_LANE_ONLY_NEW, b"");
        }
        let mut content = Vec::with_capacity(nest.len() + 4);
        put(&mut content, uapi::A_BEAT_LANE | NESTED, &nest);
        content
    }
}

static SERIAL: AtomicU32 = AtomicU32::new(0);

thread_local! {
    /// The number of this thread, and of the table that it was asked for.
    static THREAD: Cell<(u32, u32)> = Cell::new((0, 0));
}

impl Table {
    fn new(lanes: usize, mark: &Arc<Mark>) -> io::Result<Self> {
        let lanes = lanes.min(LANES_MAX);
        Ok(Self {
            mark: Arc::clone(mark),
            serial: SERIAL.fetch_add(1, Ordering::Relaxed) + 1,
            page: RwLock::new(Arc::new(Mapping::own(lanes, mark)?)),
            used: (0..lanes).map(|_| false.into()).collect(),
            sends: AtomicBool::new(false),
            tell: Mutex::new(tell_kernel()),
        })
    }

    fn tell(&self) -> MutexGuard<'_, Tell> {
        self.tell.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Sends a lane, if it is open.
    fn send(&self, number: usize, only_new: bool) {
        let mut tell = self.tell();
        let lane = Snapshot::of(self.page().lane(number));
        if lane.threshold_ms != 0 {
            tell(&lane.content(number, only_new));
        }
    }

    fn send_if_unmapped(&self, number: usize) {
        if self.sends.load(Ordering::Relaxed) {
            self.send(number, false);
        }
    }

    fn page(&self) -> RwLockReadGuard<'_, Arc<Mapping>> {
        self.page.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn thread_id(&self) -> u32 {
        THREAD.with(|thread| {
            let (mut tid, serial) = thread.get();
            if serial != self.serial {
                tid = sys::thread_id();
                thread.set((tid, self.serial));
            }
            tid
        })
    }

    fn open(&self, name: &str, threshold_ms: u32) -> Option<usize> {
        let number = self
            .used
            .iter()
            .position(|used| !used.swap(true, Ordering::AcqRel))?;
        let page = self.page();
        let entry = page.lane(number);
        entry.deadline.store(NEVER, Ordering::Relaxed);
        entry.tid.store(0, Ordering::Relaxed);
        let bytes = name.bytes().chain(std::iter::repeat(0));
        for (to, byte) in entry.name.iter().zip(bytes) {
            to.store(byte, Ordering::Relaxed);
        }
        entry.threshold_ms.store(threshold_ms, Ordering::Release);
        Some(number)
    }

    fn close(&self, number: usize) {
        let mut tell = self.tell();
        let page = self.page();
        let entry = page.lane(number);
        entry.deadline.store(NEVER, Ordering::Relaxed);
        entry.threshold_ms.store(0, Ordering::Release);
        if self.sends.load(Ordering::Relaxed) {
            tell(&Snapshot::of(entry).content(number, false));
        }
        self.used[number].store(false, Ordering::Release);
    }

    fn set_deadline(&self, number: usize, deadline: u64) {
        {
            let page = self.page();
            let entry = page.lane(number);
            entry.tid.store(self.thread_id(), Ordering::Relaxed);
            entry.deadline.store(deadline, Ordering::Release);
        }
        self.send_if_unmapped(number);
    }

    fn move_to(&self, page: &Arc<Mapping>) {
        let mut current = self.page.write().unwrap_or_else(PoisonError::into_inner);
        for number in 0..self.used.len() {
            copy_lane(page.lane(number), current.lane(number));
        }
        *current = Arc::clone(page);
    }
}

fn copy_lane(to: &Entry, lane: &Entry) {
    let order = Ordering::Relaxed;
    for (to, byte) in to.name.iter().zip(&lane.name) {
        to.store(byte.load(order), order);
    }
    to.tid.store(lane.tid.load(order), order);
    to.deadline.store(lane.deadline.load(order), order);
    // The kernel looks at the lane from here on.
    let threshold_ms = lane.threshold_ms.load(order);
    to.threshold_ms.store(threshold_ms, Ordering::Release);
}

/// A named watch within the process, with a threshold of its own; see
/// [`Agent::lane`](crate::Agent::lane).
///
/// It is idle before its first beat. Any thread may use it; dropping it closes it. In a child of
/// fork() it does nothing.
#[derive(Default)]
pub struct Lane {
    /// None if fork() could not be noticed: a child would beat in this process's lane.
    table: Option<Arc<Table>>,
    number: usize,
    threshold: Duration,
}

impl Lane {
    fn table(&self) -> Option<&Table> {
        let table = self.table.as_deref()?;
        // A thread that the child does not have may hold the lock there.
        table.mark.is_ours().then_some(table)
    }

    fn end_after(&self, time: Duration) {
        if let Some(table) = self.table() {
            let time = u64::try_from(time.as_nanos()).unwrap_or(NEVER);
            table.set_deadline(self.number, sys::now().saturating_add(time));
        }
    }

    /// Beats: the lane is watched from here on.
    pub fn beat(&self) {
        self.end_after(self.threshold);
    }

    /// The lane is not watched until its next beat or scope.
    pub fn idle(&self) {
        if let Some(table) = self.table() {
            table.set_deadline(self.number, NEVER);
        }
    }

    /// Begins work that has to end within `limit`, by dropping the result; the lane is idle
    /// afterwards. If the limit is less than the threshold, the lane may be found late by the
    /// difference.
    #[must_use = "the scope ends when it is dropped"]
    pub fn scope(&self, limit: Duration) -> Scope<'_> {
        self.end_after(limit);
        Scope(self)
    }
}

impl Drop for Lane {
    fn drop(&mut self) {
        if let Some(table) = self.table() {
            table.close(self.number);
        }
    }
}

/// Work that has to end in time; see [`Lane::scope`].
pub struct Scope<'a>(&'a Lane);

impl Drop for Scope<'_> {
    fn drop(&mut self) {
        self.0.idle();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::netlink::attributes;
    use std::thread;

    const NEXT: u64 = 1000;

    /// A page that is not the kernel's, and what the kernel would do with it.
    struct Kernel {
        mapped: Mapped,
        page: Option<Arc<Mapping>>,
        asked: u32,
    }

    impl Kernel {
        fn new(lanes: usize) -> Self {
            let mapped = Mapped::new(lanes).unwrap();
            let (page, asked) = (None, 0);
            Self {
                mapped,
                page,
                asked,
            }
        }

        fn page(&self) -> &Mapping {
            self.page.as_ref().unwrap()
        }

        /// A beat is sent: the kernel looks at the page.
        fn send(&mut self, now: u64, status: Status) -> bool {
            self.mapped.begin();
            if let Some(page) = &self.page {
                page.looks.fetch_add(1, Ordering::Relaxed);
                let _ = page
                    .kick
                    .compare_exchange(1, 0, Ordering::Relaxed, Ordering::Relaxed);
            }
            self.renew(now, status)
        }

        fn renew(&mut self, now: u64, status: Status) -> bool {
            let (mark, asked) = (Arc::clone(&self.mapped.mark), &mut self.asked);
            let lanes = self
                .mapped
                .table
                .as_ref()
                .map_or(0, |table| table.used.len());
            let ask = || {
                *asked += 1;
                Mapping::own(lanes, &mark).unwrap().into_address()
            };
            let again = self.mapped.sent(now, now + NEXT, status, 7, now, ask);
            self.page = self.mapped.page.clone();
            again
        }

        fn load(&self) -> (u64, u64) {
            let page = self.page();
            (
                page.nonce.load(Ordering::Relaxed),
                page.state.load(Ordering::Relaxed),
            )
        }
    }

    use crate::sys::Page;

    #[test]
    fn a_page_is_one_page() {
        // The values of the page take the place of a lane.
        assert_eq!(std::mem::size_of::<Page>(), 32);
        assert_eq!(std::mem::size_of::<Entry>(), 32);
    }

    #[test]
    fn beats_are_stored() {
        let mut kernel = Kernel::new(0);
        assert!(!kernel.mapped.store(1, Status::Ok, 1));
        assert!(!kernel.send(1, Status::Ok));
        assert_eq!(kernel.load(), (1, 7 << 32));
        assert!(kernel.mapped.store(2, Status::Ok, 8));
        assert_eq!(kernel.load(), (2, 8 << 32));
        // No greater nonce, a new status, the time to send one.
        assert!(!kernel.mapped.store(2, Status::Ok, 9));
        assert!(!kernel.mapped.store(3, Status::Degraded, 9));
        assert!(!kernel.mapped.store(1 + NEXT, Status::Ok, 9));
        assert_eq!(kernel.load(), (2, 8 << 32));
        assert_eq!(kernel.mapped.begin(), 2);
        assert!(!kernel.mapped.store(3, Status::Ok, 9));
    }

    #[test]
    fn a_kick_has_the_next_beat_sent() {
        let mut kernel = Kernel::new(0);
        kernel.send(1, Status::Ok);
        kernel.page().kick.store(1, Ordering::Relaxed);
        assert!(!kernel.mapped.store(2, Status::Ok, 0));
        assert_eq!(kernel.mapped.begin(), 2);
        kernel.send(3, Status::Degraded);
        assert!(kernel.mapped.store(4, Status::Degraded, 0));
        assert_eq!(kernel.asked, 1);
    }

    #[test]
    fn a_page_that_is_gone_or_not_looked_at_is_given_up() {
        for is_gone in [true, false] {
            let mut kernel = Kernel::new(0);
            kernel.send(1, Status::Ok);
            kernel.send(2, Status::Ok);
            if is_gone {
                kernel.page().kick.store(2, Ordering::Relaxed);
                kernel.send(3, Status::Ok);
            } else {
                kernel.mapped.begin();
                kernel.renew(3, Status::Ok);
            }
            assert!(kernel.page.is_none());
            assert!(!kernel.mapped.store(4, Status::Ok, 0));
            assert_eq!(kernel.asked, 1);
            // It asks again when it is time.
            kernel.send(1 + NEXT, Status::Ok);
            assert_eq!(kernel.asked, 2);
            assert!(kernel.mapped.store(2 + NEXT, Status::Ok, 0));
        }
    }

    #[test]
    fn without_map_nothing_is_stored() {
        let mut mapped = Mapped::new(1).unwrap();
        let lane = mapped.open_lane("lane", Duration::from_secs(1)).unwrap();
        assert!(!mapped.sent(1, NEXT, Status::Ok, 0, 1, || 0));
        lane.beat();
        assert!(!mapped.store(2, Status::Ok, 0));
        assert!(!mapped.sent(2, NEXT, Status::Ok, 0, 2, || unreachable!()));
    }

    fn open(kernel: &mut Kernel, name: &str, seconds: u64) -> Option<Lane> {
        kernel.mapped.open_lane(name, Duration::from_secs(seconds))
    }

    fn entry(lane: &Lane) -> (u64, u32, u32, Vec<u8>) {
        let page = lane.table.as_ref().unwrap().page();
        let entry = page.lane(lane.number);
        let order = Ordering::Relaxed;
        let name = entry.name.iter().map(|byte| byte.load(order));
        (
            entry.deadline.load(order),
            entry.threshold_ms.load(order),
            entry.tid.load(order),
            name.take_while(|&byte| byte != 0).collect(),
        )
    }

    fn is_in(seconds: u64, since: u64, deadline: u64) -> bool {
        let time = seconds * 1_000_000_000;
        (since + time..=sys::now() + time).contains(&deadline)
    }

    #[test]
    fn lanes_open_beat_and_close() {
        let mut kernel = Kernel::new(2);
        assert!(Mapped::new(0)
            .unwrap()
            .open_lane("a", Duration::from_secs(1))
            .is_none());
        let a = open(&mut kernel, "a", 20).unwrap();
        assert_eq!(entry(&a), (NEVER, 20_000, 0, b"a".to_vec()));
        let b = open(&mut kernel, "b", 30).unwrap();
        assert!(open(&mut kernel, "more", 1).is_none());
        let since = sys::now();
        a.beat();
        assert!(is_in(20, since, entry(&a).0));
        assert_eq!(entry(&a).2, sys::thread_id());
        {
            let _scope = b.scope(Duration::from_secs(5000));
            assert!(is_in(5000, since, entry(&b).0));
        }
        assert_eq!(entry(&b).0, NEVER);
        a.idle();
        assert_eq!(entry(&a).0, NEVER);
        thread::scope(|threads| {
            threads.spawn(|| a.beat());
        });
        assert!(![0, sys::thread_id()].contains(&entry(&a).2));
        let (table, number) = (a.table.clone().unwrap(), a.number);
        drop(a);
        assert_eq!(
            table
                .page()
                .lane(number)
                .threshold_ms
                .load(Ordering::Relaxed),
            0
        );
        let again = open(&mut kernel, "again", 1).unwrap();
        assert_eq!((again.number, entry(&again).3), (number, b"again".to_vec()));
    }

    #[test]
    fn lanes_move_to_a_new_page() {
        let mut kernel = Kernel::new(2);
        let lane = open(&mut kernel, "lane", 20).unwrap();
        lane.beat();
        let expected = entry(&lane);
        for now in [1, 2 + NEXT] {
            // Another beat has the kernel look at them.
            assert!(kernel.send(now, Status::Ok));
            assert!(!kernel.mapped.store(now + 1, Status::Ok, 0));
            assert!(!kernel.send(now + 1, Status::Ok));
            assert!(kernel.mapped.store(now + 2, Status::Ok, 0));
            assert_eq!(entry(&lane), expected);
            assert_eq!(
                kernel.page().lane(0).deadline.load(Ordering::Relaxed),
                expected.0
            );
            // An opened lane needs one too.
            drop(open(&mut kernel, "other", 1));
            assert!(!kernel.mapped.store(now + 3, Status::Ok, 0));
            kernel.page().kick.store(2, Ordering::Relaxed);
            kernel.send(now + 4, Status::Ok);
            assert_eq!(entry(&lane), expected);
        }
    }

    #[test]
    fn more_lanes_than_fit_in_a_page() {
        let mut kernel = Kernel::new(LANES_MAX);
        let lanes: Vec<_> = (0..LANES_MAX)
            .map(|_| open(&mut kernel, "lane", 20).unwrap())
            .collect();
        assert!(open(&mut kernel, "more", 1).is_none());
        let last = lanes.last().unwrap();
        kernel.send(1, Status::Ok);
        last.beat();
        let deadline = &kernel.page().lane(LANES_MAX - 1).deadline;
        assert_eq!(deadline.load(Ordering::Relaxed), entry(last).0);
    }

    /// What was sent in place of the kernel.
    fn sent_by(mapped: &Mapped) -> Arc<Mutex<Vec<Vec<u8>>>> {
        let sent = Arc::new(Mutex::new(Vec::new()));
        let log = Arc::clone(&sent);
        let tell = move |content: &[u8]| log.lock().unwrap().push(content.to_vec());
        *mapped.table.as_ref().unwrap().tell() = Box::new(tell);
        sent
    }

    /// Name, threshold and deadline, and whether it is only for a lane that is new.
    fn take(sent: &Mutex<Vec<Vec<u8>>>) -> Vec<(Vec<u8>, u32, u64, bool)> {
        let of = |content: Vec<u8>| {
            let (kind, nest) = attributes(&content).next().unwrap();
            assert_eq!(kind, uapi::A_BEAT_LANE);
            let mut lane = (Vec::new(), 0, 0, false);
            for (kind, value) in attributes(nest) {
                match kind {
                    uapi::A_LANE_NAME => lane.0 = value.to_vec(),
                    uapi::A_LANE_THRESHOLD_MS => {
                        lane.1 = u32::from_ne_bytes(value.try_into().unwrap());
                    }
                    uapi::A_LANE_DEADLINE => {
                        lane.2 = u64::from_ne_bytes(value.try_into().unwrap());
                    }
                    uapi::A_LANE_ONLY_NEW => lane.3 = true,
                    _ => {}
                }
            }
            lane
        };
        sent.lock().unwrap().drain(..).map(of).collect()
    }

    #[test]
    fn without_a_page_lanes_are_sent() {
        const INTERVAL: u64 = NEXT / SEND_INTERVALS;
        let mut mapped = Mapped::new(2).unwrap();
        let sent = sent_by(&mapped);
        let lane = mapped.open_lane("lane", Duration::from_secs(20)).unwrap();
        let name = b"lane\0".to_vec();
        lane.beat();
        assert_eq!(take(&sent), []);
        // From the first beat of the agent on.
        let renew =
            |mapped: &mut Mapped, now| mapped.sent(now, now + NEXT, Status::Ok, 0, now, || 0);
        renew(&mut mapped, 1);
        let deadline = entry(&lane).0;
        assert_eq!(take(&sent), [(name.clone(), 20_000, deadline, true)]);
        lane.beat();
        let deadline = entry(&lane).0;
        assert_eq!(take(&sent), [(name.clone(), 20_000, deadline, false)]);
        drop(lane.scope(Duration::from_secs(5000)));
        assert_eq!(take(&sent)[1], (name.clone(), 20_000, NEVER, false));
        // It is restored once in an interval.
        renew(&mut mapped, 2);
        assert_eq!(take(&sent), []);
        renew(&mut mapped, 1 + INTERVAL);
        assert_eq!(take(&sent), [(name.clone(), 20_000, NEVER, true)]);
        // With a page, nothing is sent.
        let page = Mapping::own(2, &mapped.mark).unwrap().into_address();
        assert!(mapped.sent(1 + NEXT, 1 + 2 * NEXT, Status::Ok, 0, 1 + NEXT, || page));
        lane.beat();
        assert_eq!(take(&sent), []);
        mapped
            .page
            .as_ref()
            .unwrap()
            .kick
            .store(2, Ordering::Relaxed);
        renew(&mut mapped, 2 + NEXT);
        assert_eq!(take(&sent).len(), 1);
        drop(lane);
        assert_eq!(take(&sent), [(name, 0, NEVER, false)]);
    }

    #[test]
    fn a_child_touches_no_page() {
        let mut kernel = Kernel::new(1);
        let lane = open(&mut kernel, "lane", 20).unwrap();
        kernel.send(1, Status::Ok);
        lane.beat();
        let (expected, page) = (entry(&lane), kernel.page.clone().unwrap());
        let table = lane.table.clone().unwrap();
        // As in a child; a thread that is not there holds the lock.
        kernel.mapped.mark.clear();
        let _held = table.page.write();
        lane.beat();
        drop(lane.scope(Duration::from_secs(1)));
        drop(lane);
        assert!(!kernel.mapped.is_ours());
        assert_eq!(page.lane(0).deadline.load(Ordering::Relaxed), expected.0);
        assert_eq!(page.lane(0).threshold_ms.load(Ordering::Relaxed), 20_000);
    }

    #[test]
    fn threads_beat_while_pages_are_replaced() {
        let mut kernel = Kernel::new(1);
        let lane = open(&mut kernel, "lane", 20).unwrap();
        let stop = AtomicBool::new(false);
        let beat = || {
            let mut since = sys::now();
            while !stop.load(Ordering::Relaxed) {
                since = sys::now();
                lane.beat();
            }
            since
        };
        thread::scope(|threads| {
            let beating: Vec<_> = (0..3).map(|_| threads.spawn(beat)).collect();
            for round in 1..500 {
                let now = round * 2 * NEXT;
                kernel.send(now, Status::Ok);
                kernel.page().kick.store(2, Ordering::Relaxed);
                kernel.send(now + 1, Status::Ok);
            }
            stop.store(true, Ordering::Relaxed);
            let last = beating.into_iter().map(|thread| thread.join().unwrap());
            let since = last.min().unwrap();
            assert!(is_in(20, since, entry(&lane).0));
        });
        assert_eq!(kernel.asked, 499);
    }
}
