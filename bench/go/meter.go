package main

import (
	"runtime"
	"syscall"
	"time"
)

// meter measures this process from the first call of begin to end.
type meter struct {
	begun    time.Time
	begunCPU time.Duration
	wall     time.Duration
	cpu      time.Duration
}

type sample struct {
	Records int     `json:"records"`
	WallMs  float64 `json:"wallMs"`
	CPUMs   float64 `json:"cpuMs"`
	PeakMiB float64 `json:"peakMiB"`
	More    more    `json:"more"`
}

type more struct {
	Wanted int `json:"wanted"`
}

func (m *meter) begin() {
	if !m.begun.IsZero() {
		return
	}
	m.begunCPU = usedCPU()
	m.begun = time.Now()
}

func (m *meter) end() {
	m.wall = time.Since(m.begun)
	m.cpu = usedCPU() - m.begunCPU
}

func (m *meter) sample(records, wanted int) sample {
	ms := func(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }
	return sample{Records: records, WallMs: ms(m.wall), CPUMs: ms(m.cpu), PeakMiB: peakMiB(), More: more{wanted}}
}

func usedCPU() time.Duration {
	usage := resourceUsage()
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}

// Linux counts in KiB, macOS in bytes.
func peakMiB() float64 {
	unit := 1024.0
	if runtime.GOOS == "darwin" {
		unit = 1024 * 1024
	}
	return float64(resourceUsage().Maxrss) / unit
}

func resourceUsage() syscall.Rusage {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		panic(err)
	}
	return usage
}
