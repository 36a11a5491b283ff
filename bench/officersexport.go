package main

import (
	"archive/zip"
	"bytes"
	"context"
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"time"

	"khaibao/core"
	"khaibao/core/duty"
	"khaibao/core/store"
)

// exportArea is the district of the measured file.
const exportArea = "476"

// daysOf is from which day on an area has so many declarations, and how many
// these are.
func (w *web) daysOf(ctx context.Context, area string, most int) (from core.Day, n int, err error) {
	figures, err := w.store.Figures(ctx, duty.Scope{Area: w.options.Province}, store.FigureQuery{Kind: store.FigureDeclarations, Area: area, By: []string{store.ByDay}})
	if err != nil {
		return "", 0, err
	}
	for i := len(figures) - 1; i >= 0 && n < most; i-- {
		from, n = core.Day(figures[i].By[0]), n+int(figures[i].N)
	}
	return from, n, nil
}

// exportRows is how many rows the measured file holds.
const exportRows = 50_000

// exports measures a list taken out as an Excel file, from the confirming press
// of the second officer until the file is there and downloaded, and the memory
// that the program takes meanwhile.
func (w *web) exports(ctx context.Context) error {
	if !strings.Contains("an export of rows", *officersOnly) {
		return nil
	}
	from, rows, err := w.daysOf(ctx, exportArea, exportRows)
	if err != nil {
		return err
	}
	asks, err := w.signIn(ctx, duty.CDC, w.options.Province)
	if err != nil {
		return err
	}
	confirms, err := w.signIn(ctx, duty.CDC, w.options.Province)
	if err != nil {
		return err
	}
	form := url.Values{"list": {"declarations"}, "once": {core.NewID()}, "area": {exportArea}, "from": {string(from)}}
	_, to, err := w.send(ctx, asking{cookie: asks, path: "/admin/exports", form: form})
	if err != nil {
		return err
	}
	if err := w.program.forgetPeak(); err != nil {
		return err
	}
	began := time.Now()
	if _, _, err := w.send(ctx, asking{cookie: confirms, path: to, form: url.Values{"do": {"confirm"}}}); err != nil {
		return err
	}
	id := to[strings.LastIndexByte(to, '/')+1:]
	for {
		e, err := w.store.Export(ctx, w.officers[asks], id)
		if err != nil {
			return err
		}
		if !e.Job.Ended.IsZero() {
			if e.Job.Error != "" || e.Job.Done < rows {
				return fmt.Errorf("an export ended with %d rows and %q", e.Job.Done, e.Job.Error)
			}
			break
		}
		if time.Since(began) > 5*time.Minute {
			return fmt.Errorf("an export came to %d rows in 5 minutes", e.Job.Done)
		}
		time.Sleep(20 * time.Millisecond)
	}
	file, _, err := w.send(ctx, asking{cookie: asks, path: to + "/file"})
	if err != nil {
		return err
	}
	took := time.Since(began).Seconds()
	z, err := zip.NewReader(bytes.NewReader(file), int64(len(file)))
	if err != nil {
		return fmt.Errorf("the exported file: %w", err)
	}
	memory, err := w.program.peakMemory()
	if err != nil {
		return err
	}
	w.b.atMost("an export of "+strconv.Itoa(rows)+" rows, confirmed, made and downloaded", took, 20*max(float64(rows)/exportRows, 0.1), "s")
	w.b.atMost("  resident memory of the program at its peak meanwhile", float64(memory)/(1<<20), 100, "MB")
	w.b.say("  the file", "%.1f MB, %d parts", float64(len(file))/1e6, len(z.File))
	return nil
}
