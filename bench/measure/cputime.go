package main

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"
)

// tick is the unit of times in /proc/<pid>/stat: USER_HZ is 100 on every Linux
// (proc_pid_stat(5), time(7)).
const tick = time.Second / 100

// cpuTime returns how much CPU time a process has used so far, in user mode and
// in the kernel. It fails where there is no /proc, as on macOS and Windows.
func cpuTime(pid int) (time.Duration, error) {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return 0, fmt.Errorf("CPU time of process %d: %w", pid, err)
	}
	used, err := parseStat(string(stat))
	if err != nil {
		return 0, fmt.Errorf("CPU time of process %d: %w", pid, err)
	}
	return used, nil
}

// Where utime and stime stand, counted after the name of the program, which is
// in parentheses and may contain anything. proc_pid_stat(5)
const (
	utime = 11
	stime = 12
)

func parseStat(stat string) (time.Duration, error) {
	fields := strings.Fields(stat[strings.LastIndexByte(stat, ')')+1:])
	if len(fields) <= stime {
		return 0, fmt.Errorf("stat has %d fields after the name, fewer than %d", len(fields), stime+1)
	}
	var used time.Duration
	for _, i := range []int{utime, stime} {
		ticks, err := strconv.ParseInt(fields[i], 10, 64)
		if err != nil {
			return 0, fmt.Errorf("field %d after the name: %w", i, err)
		}
		used += time.Duration(ticks) * tick
	}
	return used, nil
}
