// SPDX-License-Identifier: GPL-2.0-only

// The program of agents.case in Go; README.md describes it.
package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"sort"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"varta.invalid/varta"
)

var statuses = map[string]varta.Status{
	"ok": varta.StatusOk, "degraded": varta.StatusDegraded, "critical": varta.StatusCritical,
}

func result(taken bool, err error) string {
	var refused *varta.RefusedError
	switch {
	case errors.As(err, &refused):
		return "refused " + refused.Reason()
	case err != nil:
		return "failed " + err.Error()
	case taken:
		return "taken"
	}
	return "absent"
}

func check(err error) {
	if err != nil {
		fmt.Println("failed", err)
		os.Exit(1)
	}
}

func number(text string) uint32 {
	value, err := strconv.ParseUint(text, 10, 32)
	check(err)
	return uint32(value)
}

func duration(milliseconds string) time.Duration {
	return time.Duration(number(milliseconds)) * time.Millisecond
}

// open: with mapped beats if the number of lanes follows.
func open(name, threshold string, lanes ...string) *varta.Agent {
	options := varta.Options{Name: name, Threshold: duration(threshold)}
	if len(lanes) > 0 {
		options.Mapped, options.Lanes = true, int(number(lanes[0]))
	}
	agent, err := varta.Open(options)
	check(err)
	return agent
}

var (
	lanes  = map[string]*varta.Lane{}
	scopes = map[string]func(){}
)

func laneCommand(agent *varta.Agent, words []string) {
	name := words[1]
	switch words[0] {
	case "lane":
		lane, err := agent.Lane(name, duration(words[2]))
		check(err)
		lanes[name] = lane
	case "lane-beat":
		lanes[name].Beat()
	case "lane-close":
		lanes[name].Close()
	case "scope":
		scopes[name] = lanes[name].Scope(duration(words[2]))
	case "scope-end":
		scopes[name]()
	}
	fmt.Println(words[0], name)
}

func listen() {
	events, err := varta.Subscribe()
	check(err)
	defer events.Close()
	fmt.Println("listening")
	for {
		event, err := events.Next()
		check(err)
		if event.Notice != "" {
			fmt.Println(event.Notice)
		} else {
			fmt.Println(event.Kind, event.Agent.Name)
		}
	}
}

func serve(name, threshold string, most ...string) {
	agent := open(name, threshold, most...)
	var dead int32
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		words := strings.Fields(lines.Text())
		switch words[0] {
		case "beat":
			fmt.Println(result(agent.Beat(statuses[words[1]], number(words[2]))))
		case "beats":
			var answer string
			for i := number(words[1]); i > 0; i-- {
				answer = result(agent.Beat(varta.StatusOk, number(words[2])))
			}
			fmt.Println(answer)
		case "lane", "lane-beat", "lane-close", "scope", "scope-end":
			laneCommand(agent, words)
		case "terminal":
			fmt.Println(result(agent.Terminal(number(words[1]))))
		case "bye":
			fmt.Println(result(agent.Bye()))
		case "child":
			arguments := append([]string{"--child", words[1], name, threshold}, most...)
			child := exec.Command("/proc/self/exe", arguments...)
			child.Stdout = os.Stdout
			check(child.Start())
		case "helper":
			go agent.Run(context.Background(), func() bool { return atomic.LoadInt32(&dead) == 0 })
			fmt.Println("running")
		case "alive":
			atomic.StoreInt32(&dead, map[string]int32{"yes": 0, "no": 1}[words[1]])
			fmt.Println("alive", words[1])
		case "list":
			agents, err := varta.Agents(false)
			check(err)
			var names []string
			for _, each := range agents {
				names = append(names, each.Name)
			}
			sort.Strings(names)
			fmt.Println(strings.Join(names, " "))
		}
	}
}

func main() {
	switch os.Args[1] {
	case "--events":
		listen()
	case "--child":
		agent := open(os.Args[3], os.Args[4], os.Args[5:]...)
		fmt.Println("child", os.Getpid(), result(agent.Beat(varta.StatusOk, number(os.Args[2]))))
		time.Sleep(time.Hour)
	default:
		serve(os.Args[1], os.Args[2], os.Args[3:]...)
	}
}
