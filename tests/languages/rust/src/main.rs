// SPDX-License-Identifier: GPL-2.0-only
//! The program of agents.case in Rust; README.md describes it.

use std::collections::HashMap;
use std::env;
use std::io;
use std::process;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;
use varta::{Agent, Error, Event, Events, Lane, Scope, Status};

static ALIVE: AtomicBool = AtomicBool::new(true);

extern "C" {
    fn fork() -> i32;
}

fn result(result: Result<bool, Error>) -> String {
    match result {
        Ok(true) => "taken".into(),
        Ok(false) => "absent".into(),
        Err(error) if !error.reason().is_empty() => format!("refused {}", error.reason()),
        Err(error) => format!("failed {error}"),
    }
}

fn status_of(word: &str) -> Status {
    match word {
        "ok" => Status::Ok,
        "degraded" => Status::Degraded,
        _ => Status::Critical,
    }
}

fn listen() -> Result<(), Error> {
    let events = Events::open()?;
    println!("listening");
    for event in events {
        match event? {
            Event::Agent(kind, agent) => {
                let kind = format!("{kind:?}").to_lowercase();
                println!("{kind} {}", agent.name.unwrap_or_default());
            }
            other => println!("{}", format!("{other:?}").to_lowercase()),
        }
    }
    Ok(())
}

fn open(name: &str, threshold: &str) -> Result<Agent, Error> {
    let threshold = Duration::from_millis(threshold.parse().unwrap());
    Ok(Agent::new(name)?.threshold(threshold))
}

#[derive(Default)]
struct Lanes {
    lanes: HashMap<String, &'static Lane>,
    scopes: HashMap<String, Scope<'static>>,
}

impl Lanes {
    fn run(&mut self, agent: &mut Agent, words: &[&str]) -> Result<(), Error> {
        let name = words[1].to_string();
        let time = || Duration::from_millis(words[2].parse().unwrap());
        match words[0] {
            "lane" => {
                let lane = Box::leak(Box::new(agent.lane(&name, time())?));
                self.lanes.insert(name, lane);
            }
            "lane-beat" => self.lanes[&name].beat(),
            "lane-close" => {
                let lane: *const Lane = self.lanes.remove(&name).unwrap();
                // SAFETY: it was leaked, and has no scope.
                drop(unsafe { Box::from_raw(lane as *mut Lane) });
            }
            "scope" => {
                let scope = self.lanes[&name].scope(time());
                self.scopes.insert(name, scope);
            }
            _ => drop(self.scopes.remove(&name)),
        }
        println!("{} {}", words[0], words[1]);
        Ok(())
    }
}

fn serve(name: &str, threshold: &str, most_lanes: Option<&String>) -> Result<(), Error> {
    let mut agent = open(name, threshold)?;
    match most_lanes.map(|lanes| lanes.parse().unwrap()) {
        None => {}
        Some(0) => agent = agent.mapped(),
        Some(lanes) => agent = agent.lanes(lanes),
    }
    let mut lanes = Lanes::default();
    let mut helper = None;
    for line in io::stdin().lines() {
        let line = line?;
        let words: Vec<_> = line.split(' ').collect();
        let number = || words.last().unwrap().parse::<u32>().unwrap();
        match words[0] {
            "beat" => println!("{}", result(agent.beat(status_of(words[1]), number()))),
            "beats" => {
                let mut answer = String::new();
                for _ in 0..words[1].parse().unwrap() {
                    answer = result(agent.beat(Status::Ok, number()));
                }
                println!("{answer}");
            }
            "lane" | "lane-beat" | "lane-close" | "scope" | "scope-end" => {
                lanes.run(&mut agent, &words)?
            }
            "terminal" => println!("{}", result(agent.terminal(number()))),
            "bye" => println!("{}", result(agent.bye())),
            // SAFETY: this process has one thread.
            "child" => {
                if unsafe { fork() } == 0 {
                    lanes.lanes.values().for_each(|lane| lane.beat());
                    let taken = result(agent.beat(Status::Ok, number()));
                    println!("child {} {taken}", process::id());
                    thread::sleep(Duration::from_secs(3600));
                }
            }
            "helper" => {
                let alive = || ALIVE.load(Ordering::SeqCst).then_some(Status::Ok);
                helper = Some(open(name, threshold)?.spawn(alive)?);
                println!("running");
            }
            "alive" => {
                ALIVE.store(words[1] == "yes", Ordering::SeqCst);
                println!("{line}");
            }
            "list" => {
                let agents = varta::agents(false)?;
                let mut names: Vec<_> = agents.into_iter().filter_map(|each| each.name).collect();
                names.sort();
                println!("{}", names.join(" "));
            }
            _ => {}
        }
    }
    drop(helper);
    Ok(())
}

fn main() {
    let words: Vec<_> = env::args().skip(1).collect();
    let done = match words[0].as_str() {
        "--events" => listen(),
        name => serve(name, &words[1], words.get(2)),
    };
    if let Err(error) = done {
        println!("failed {error}");
        process::exit(1);
    }
}
