package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"time"
)

// machine is where a run took place.
type machine struct {
	cores     int
	processor string
	memory    string
	flushes   float64 // a second, of 8 KiB each where the databases are kept
	postgres  string  // the version of psql, whose server it is
	load      string  // before the run
}

// describe looks at the machine, and measures how often its disk flushes.
func describe(ctx context.Context, folder string) (machine, error) {
	m := machine{cores: runtime.NumCPU(), processor: "unknown processor",
		memory: "unknown memory", load: "unknown"}
	if text, err := os.ReadFile("/proc/cpuinfo"); err == nil {
		if _, after, found := strings.Cut(string(text), "model name"); found {
			name, _, _ := strings.Cut(after, "\n")
			m.processor = strings.TrimSpace(strings.TrimLeft(name, "\t :"))
		}
	}
	if text, err := os.ReadFile("/proc/meminfo"); err == nil {
		var kib float64
		if _, err := fmt.Sscanf(string(text), "MemTotal: %f kB", &kib); err == nil {
			m.memory = fmt.Sprintf("%.0f GiB", kib/(1<<20))
		}
	}
	if text, err := os.ReadFile("/proc/loadavg"); err == nil {
		m.load = strings.Join(strings.Fields(string(text))[:3], " ")
	}
	version, err := exec.CommandContext(ctx, "psql", "--version").Output()
	if err != nil {
		return m, fmt.Errorf("psql is needed: %w", err)
	}
	m.postgres = strings.NewReplacer("psql ", "", "(", "", ")", "").Replace(strings.TrimSpace(string(version)))
	m.flushes, err = flushRate(folder, time.Second)
	return m, err
}

// flushRate is how many times a second a file in the folder is written to and
// flushed to the disk, which is what bounds commits.
func flushRate(folder string, during time.Duration) (rate float64, err error) {
	file, err := os.CreateTemp(folder, "flush-")
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, file.Close(), os.Remove(file.Name())) }()
	block := make([]byte, 8192)
	const blocks = 256
	for range blocks { // the file has its size before: what is left to flush is the data, as in a log
		if _, err := file.Write(block); err != nil {
			return 0, err
		}
	}
	if err := file.Sync(); err != nil {
		return 0, err
	}
	begun := time.Now()
	for n := 0; ; n++ {
		if passed := time.Since(begun); passed >= during {
			return float64(n) / passed.Seconds(), nil
		}
		block[0]++
		if _, err := file.WriteAt(block, int64(n%blocks*len(block))); err != nil {
			return 0, err
		}
		if err := flush(file); err != nil {
			return 0, err
		}
	}
}

func (m machine) String() string {
	return fmt.Sprintf("%d cores (%s), %s, %s %s/%s, %s, load before %s; %.0f fdatasync/s of 8 KiB where the databases are kept.",
		m.cores, m.processor, m.memory, runtime.Version(), runtime.GOOS, runtime.GOARCH, m.postgres, m.load, m.flushes)
}
