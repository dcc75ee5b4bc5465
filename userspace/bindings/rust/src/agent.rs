// SPDX-License-Identifier: LGPL-2.1-or-later OR BSD-3-Clause
//! Beats of this process.

use crate::mapped::{Lane, Mapped, SEND_INTERVALS};
use crate::netlink::{attributes, put, Connection, Error, ACK};
use crate::sys;
use crate::uapi::{self, Status, LANES_MAX, TERMINAL_NONCE};
use std::io;
use std::process;
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::thread::{self, JoinHandle};
use std::time::Duration;

/// This process as an agent.
///
/// Without the module, a beat does nothing and returns false. The module is looked for again at
/// most once a second. A child of fork() may go on using the agent: it beats as itself. Dropping
/// it does not end tracking; [`bye`](Agent::bye) does.
pub struct Agent {
    connection: Connection,
    name: Vec<u8>,
    threshold: Option<Duration>,
    required: bool,
    nonce: u64,
    wants_page: bool,
    lanes: usize,
    mapped: Option<Mapped>,
}

impl Agent {
    /// An agent with a name of at most 15 bytes. May block while the kernel loads the module.
    pub fn new(name: &str) -> Result<Self, Error> {
        if name.len() >= uapi::NAME_SIZE || name.contains('\0') {
            return Err(Error::InvalidName);
        }
        let mut connection = Connection::default();
        match connection.find(true) {
            Ok(()) | Err(Error::NotLoaded) => {}
            Err(error) => return Err(error),
        }
        let name = [name.as_bytes(), b"\0"].concat();
        Ok(Self {
            connection,
            name,
            threshold: None,
            required: false,
            nonce: 0,
            wants_page: false,
            lanes: 0,
            mapped: None,
        })
    }

    /// The silence after which the agent is stalled; by default the module's setting. The kernel
    /// refuses beats with a threshold that its settings do not allow.
    pub fn threshold(mut self, threshold: Duration) -> Self {
        self.threshold = Some(threshold);
        self
    }

    /// A beat fails without the module.
    pub fn required(mut self) -> Self {
        self.required = true;
        self
    }

    /// Most beats are stored in a page that the kernel reads when the silence reaches the
    /// threshold, without a system call. One agent of a process at a time can have the page. All
    /// beats are sent if the module is too old for it.
    pub fn mapped(mut self) -> Self {
        self.wants_page = true;
        self
    }

    /// So many lanes can be open at a time, [`LANES_MAX`](crate::LANES_MAX) at most; see
    /// [`lane`](Agent::lane). Beats are [`mapped`](Agent::mapped). Without a page, beats of lanes
    /// are sent.
    pub fn lanes(mut self, lanes: usize) -> Self {
        self.lanes = lanes.min(LANES_MAX);
        self.mapped = None;
        self.mapped()
    }

    /// Time between beats of a thread: a third of the threshold, or a second.
    pub fn interval(&self) -> Duration {
        self.threshold
            .map_or(Duration::from_secs(1), |threshold| threshold / 3)
    }

    fn result(&self, result: Result<(), Error>) -> Result<bool, Error> {
        match result {
            Err(Error::NotLoaded) if !self.required => Ok(false),
            other => other.map(|()| true),
        }
    }

    /// A child has to have a page of its own.
    fn prepare(&mut self) {
        if self.wants_page && !self.mapped.as_ref().map_or(false, Mapped::is_ours) {
            self.mapped = Mapped::new(self.lanes).ok();
            self.wants_page = self.mapped.is_some();
        }
    }

    /// Before a beat or another request is sent.
    fn begin(&mut self) {
        self.prepare();
        if let Some(mapped) = &mut self.mapped {
            self.nonce = self.nonce.max(mapped.begin());
        }
    }

    fn send(&mut self, status: Status, payload: u32, nonce: u64, now: u64) -> Result<bool, Error> {
        let mut content = Vec::with_capacity(80);
        put(
            &mut content,
            uapi::A_BEAT_STATUS,
            &(status as u32).to_ne_bytes(),
        );
        put(&mut content, uapi::A_BEAT_PAYLOAD, &payload.to_ne_bytes());
        put(&mut content, uapi::A_BEAT_NONCE, &nonce.to_ne_bytes());
        put(&mut content, uapi::A_BEAT_TIMESTAMP, &now.to_ne_bytes());
        // In every beat, as the tracker may lose the agent.
        put(&mut content, uapi::A_BEAT_NAME, &self.name);
        if let Some(threshold) = self.threshold {
            let milliseconds = u32::try_from(threshold.as_millis()).unwrap_or(u32::MAX);
            put(
                &mut content,
                uapi::A_BEAT_THRESHOLD_MS,
                &milliseconds.to_ne_bytes(),
            );
        }
        let result = self.connection.tell(uapi::CMD_BEAT, &content);
        self.result(result)
    }

    /// Sends a beat, or stores it in the page: true if so, false without the module. What is sent
    /// has been taken by the kernel. What is stored counts when the kernel looks; a page that is
    /// not read any more, as after a reload, is noticed by the next beat, which is sent. `payload`
    /// is for readers. An error may be ignored, as the next beat tries again.
    pub fn beat(&mut self, status: Status, payload: u32) -> Result<bool, Error> {
        let now = sys::now();
        self.prepare();
        if let Some(mapped) = &mut self.mapped {
            if mapped.store(now, status, payload) {
                return Ok(true);
            }
        }
        let mut taken = self.send_next(status, payload, now)?;
        // Another beat has the kernel look at the lanes in a new page.
        if taken && self.renew_page(status, payload, now) {
            taken = self.send_next(status, payload, now)?;
            if taken {
                self.renew_page(status, payload, now);
            }
        }
        Ok(taken)
    }

    fn send_next(&mut self, status: Status, payload: u32, now: u64) -> Result<bool, Error> {
        self.begin();
        // Nonces rise over restarts, and over several agents of one process.
        self.nonce = now.max(self.nonce + 1);
        self.send(status, payload, self.nonce, now)
    }

    /// After a beat that was taken. True: the page is new, and has lanes.
    fn renew_page(&mut self, status: Status, payload: u32, now: u64) -> bool {
        let pause = u64::try_from(self.interval().as_nanos()).unwrap_or(u64::MAX / 100);
        let next = now + pause * SEND_INTERVALS;
        let (lanes, connection) = (self.lanes, &mut self.connection);
        self.mapped.as_mut().map_or(false, |mapped| {
            mapped.sent(now, next, status, payload, self.nonce, || {
                ask_for_page(connection, lanes)
            })
        })
    }

    /// Opens a lane: a named watch within the process, for a loop or a thread. The name has at most
    /// 15 bytes; the lane is overdue when its last beat is `threshold` ago, 10 ms at least. The
    /// kernel sees the lane from the next beat of the agent on.
    pub fn lane(&mut self, name: &str, threshold: Duration) -> Result<Lane, Error> {
        if name.len() >= uapi::NAME_SIZE || name.contains('\0') {
            return Err(Error::InvalidName);
        }
        if threshold.as_millis() == 0 || threshold.as_millis() > u32::MAX.into() {
            return Err(io::Error::from(io::ErrorKind::InvalidInput).into());
        }
        self.prepare();
        match &mut self.mapped {
            Some(mapped) => mapped.open_lane(name, threshold).ok_or(Error::NoLane),
            // Nothing would see it.
            None if self.lanes > 0 => Ok(Lane::default()),
            None => Err(Error::NoLane),
        }
    }

    /// Sends the last beat of a process that fails: its status is critical.
    pub fn terminal(&mut self, payload: u32) -> Result<bool, Error> {
        self.begin();
        self.send(Status::Critical, payload, TERMINAL_NONCE, sys::now())
    }

    /// Ends tracking. Refused with the reason `unknown-agent` if it was not tracked.
    pub fn bye(&mut self) -> Result<bool, Error> {
        self.begin();
        let result = self.connection.query(ACK, uapi::CMD_BYE, &[], |_| {});
        self.result(result)
    }

    /// Starts a thread that beats while `alive` returns a status.
    ///
    /// The thread ends when the result is dropped. Threads do not survive fork().
    pub fn spawn(
        mut self,
        mut alive: impl FnMut() -> Option<Status> + Send + 'static,
    ) -> std::io::Result<BeatThread> {
        let interval = self.interval();
        let (stop, stopped) = mpsc::channel();
        let body = move || loop {
            if let Some(status) = alive() {
                // The next beat tries again.
                let _ = self.beat(status, 0);
            }
            if stopped.recv_timeout(interval) != Err(RecvTimeoutError::Timeout) {
                return;
            }
        };
        let thread = thread::Builder::new().name("varta".into()).spawn(body)?;
        Ok(BeatThread {
            stop: Some(stop),
            thread: Some(thread),
            process: process::id(),
        })
    }
}

/// The address of a page, or 0. What the kernel says to that is no refusal of a beat.
fn ask_for_page(connection: &mut Connection, lanes: usize) -> u64 {
    let mut content = Vec::new();
    if lanes > 0 {
        let lanes = lanes as u32;
        put(&mut content, uapi::A_MAP_LANES, &lanes.to_ne_bytes());
    }
    let mut address = 0;
    let answer = connection.query(ACK, uapi::CMD_MAP, &content, |answer| {
        for (kind, value) in attributes(answer.get(4..).unwrap_or(&[])) {
            if kind == uapi::A_MAP_ADDRESS {
                address = value.try_into().map_or(0, u64::from_ne_bytes);
            }
        }
    });
    answer.map_or(0, |()| address)
}

/// A thread that beats; see [`Agent::spawn`].
pub struct BeatThread {
    stop: Option<Sender<()>>,
    thread: Option<JoinHandle<()>>,
    process: u32,
}

impl Drop for BeatThread {
    fn drop(&mut self) {
        let (stop, thread) = (self.stop.take(), self.thread.take());
        if self.process != process::id() {
            // A child has no such thread, and the channel may be locked.
            std::mem::forget((stop, thread));
            return;
        }
        drop(stop);
        if let Some(thread) = thread {
            let _ = thread.join();
        }
    }
}
