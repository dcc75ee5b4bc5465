// SPDX-License-Identifier: LGPL-2.1-or-later OR BSD-3-Clause
//! Beats of this process.

use crate::netlink::{put, Connection, Error, ACK};
use crate::sys;
use crate::uapi::{self, Status, TERMINAL_NONCE};
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

    /// Sends a beat: true if the kernel took it, false without the module. `payload` is for
    /// readers. An error may be ignored, as the next beat tries again.
    pub fn beat(&mut self, status: Status, payload: u32) -> Result<bool, Error> {
        let now = sys::now();
        // Nonces rise over restarts, and over several agents of one process.
        self.nonce = now.max(self.nonce + 1);
        self.send(status, payload, self.nonce, now)
    }

    /// Sends the last beat of a process that fails: its status is critical.
    pub fn terminal(&mut self, payload: u32) -> Result<bool, Error> {
        self.send(Status::Critical, payload, TERMINAL_NONCE, sys::now())
    }

    /// Ends tracking. Refused with the reason `unknown-agent` if it was not tracked.
    pub fn bye(&mut self) -> Result<bool, Error> {
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
