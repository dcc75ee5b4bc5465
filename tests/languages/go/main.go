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

func open(name, threshold string) *varta.Agent {
	agent, err := varta.Open(varta.Options{
		Name: name, Threshold: time.Duration(number(threshold)) * time.Millisecond,
	})
	check(err)
	return agent
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

func serve(name, threshold string) {
	agent := open(name, threshold)
	var dead int32
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		words := strings.Fields(lines.Text())
		switch words[0] {
		case "beat":
			fmt.Println(result(agent.Beat(statuses[words[1]], number(words[2]))))
		case "terminal":
			fmt.Println(result(agent.Terminal(number(words[1]))))
		case "bye":
			fmt.Println(result(agent.Bye()))
		case "child":
			child := exec.Command("/proc/self/exe", "--child", name, threshold, words[1])
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
		agent := open(os.Args[2], os.Args[3])
		fmt.Println("child", os.Getpid(), result(agent.Beat(varta.StatusOk, number(os.Args[4]))))
		time.Sleep(time.Hour)
	default:
		serve(os.Args[1], os.Args[2])
	}
}
