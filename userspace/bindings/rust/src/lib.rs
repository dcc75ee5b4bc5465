// SPDX-License-Identifier: LGPL-2.1-or-later OR BSD-3-Clause
//! Beats for the varta kernel module, which detects stalled processes.
//!
//! The crate depends on nothing but std. It needs no libvarta, and no daemon.
//!
//! ```
//! use std::time::Duration;
//! use varta::{Agent, Status};
//!
//! # fn main() -> Result<(), varta::Error> {
//! let mut agent = Agent::new("worker")?.threshold(Duration::from_secs(30));
//! for job in 0..3 {
//!     agent.beat(Status::Ok, job)?;
//! }
//! # Ok(())
//! # }
//! ```
//!
//! Nothing happens without the module, unless the agent is [`required`](Agent::required).

mod agent;
mod events;
pub mod frame;
mod mapped;
mod netlink;
mod sys;
mod uapi;

pub use agent::{Agent, BeatThread};
pub use events::{agent, agents, Event, Events};
pub use mapped::{Lane, Scope};
pub use netlink::Error;
pub use uapi::{AgentInfo, EventKind, GoodbyeCause, Origin, StallReason, Status, ThreadState};
pub use uapi::{FRAME_LEN, LANES_MAX, TERMINAL_NONCE};
