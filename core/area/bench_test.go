package area

import (
	"runtime"
	"slices"
	"testing"
	"time"
)

// BenchmarkReadPlaces reads the places of the vectors and reports the median
// of their times.
func BenchmarkReadPlaces(b *testing.B) {
	places := vectors(b)
	times := make([]time.Duration, 0, len(places))
	var medians []time.Duration
	index()
	for b.Loop() {
		times = times[:0]
		for _, v := range places {
			start := time.Now()
			ReadText(v.Input, v.Context)
			times = append(times, time.Since(start))
		}
		slices.Sort(times)
		medians = append(medians, times[len(times)/2])
	}
	slices.Sort(medians)
	b.ReportMetric(float64(medians[len(medians)/2].Nanoseconds()), "ns/place-median")
	b.ReportMetric(float64(times[len(times)-1].Nanoseconds()), "ns/place-slowest")
}

// BenchmarkIndexMemory builds the index and reports what it keeps in memory.
func BenchmarkIndexMemory(b *testing.B) {
	var before, after runtime.MemStats
	var kept *table
	for b.Loop() {
		kept = nil
		runtime.GC()
		runtime.ReadMemStats(&before)
		kept = newTable()
		runtime.GC()
		runtime.ReadMemStats(&after)
	}
	runtime.KeepAlive(kept)
	b.ReportMetric(float64(after.HeapAlloc-before.HeapAlloc)+float64(len(unitsCSV)), "bytes-index")
}

func BenchmarkIndexBuild(b *testing.B) {
	for b.Loop() {
		newTable()
	}
}
