package admin

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"khaibao/core"
	"khaibao/core/area"
	"khaibao/core/duty"
	"khaibao/core/store"
)

// figureChart is bars on one baseline, or lines. Across it is measured in parts
// of its width and down in pixels, so that its words are as large on a phone as
// on a desk.
type figureChart struct {
	ID, Title, Desc string
	Height          int
	Bars            []figureBar
	Hits            []figureHit // what is pressed, over all that is drawn
	Lines           []figureLine
	Ticks           []figureTick // words under the baseline
	Heads           []string     // of the table behind it
	Table           []figureRow
}

// figureBar is one bar, or one point of a line, with its words.
type figureBar struct {
	X, Width, Middle string // percent
	Y, Tall, Base    int    // pixels
	Label            string // at the bar; "" where there is no room
	LabelY           int
	Anchor           string
}

// figureHit is a part of a chart that leads to what it shows.
type figureHit struct {
	X, Width   string
	Y, Tall    int
	Says, Link string
}

type figureLine struct {
	Name     string
	Class    string
	Points   []figureBar
	Segments []figureSegment
	EndY     int
}

type figureSegment struct {
	X1, X2 string
	Y1, Y2 int
}

type figureTick struct{ X, Anchor, Text string }

// Sizes of a chart in pixels.
const (
	chartTop    = 44
	chartBase   = 188
	chartHeight = 216
	chartEdge   = 2.0 // percent that stay free on both sides
)

// point is one value of a chart before it is drawn.
type point struct {
	name, short string
	n           int64
	link        string
}

// manyDays is from how many days on a chart counts by month.
const manyDays = 62

func pc(v float64) string { return fmt.Sprintf("%.2f%%", v) }

// bars draws points as bars.
func bars(id, title, desc string, points []point) *figureChart {
	c := &figureChart{ID: id, Title: title, Desc: desc, Height: chartHeight}
	most := int64(1)
	for _, p := range points {
		most = max(most, p.n)
	}
	slot := (100 - 2*chartEdge) / float64(len(points))
	high := slices.IndexFunc(points, func(p point) bool { return p.n == most })
	for i, p := range points {
		left := chartEdge + float64(i)*slot
		tall := int(float64(chartBase-chartTop) * float64(max(p.n, 0)) / float64(most))
		if p.n > 0 {
			tall = max(tall, 2)
		}
		b := figureBar{X: pc(left + slot*.1), Width: pc(slot * .8), Middle: pc(left + slot/2), Y: chartBase - tall, Tall: tall, Base: chartBase,
			LabelY: chartBase - tall - 6, Anchor: anchor(i, len(points))}
		c.Hits = append(c.Hits, figureHit{X: pc(left), Width: pc(slot), Y: chartTop - 20, Tall: chartHeight - chartTop + 20, Says: p.name + ": " + count(p.n), Link: p.link})
		if len(points) <= 7 || i == high || i == len(points)-1 && len(points)-high > 5 {
			b.Label = count(p.n)
		}
		c.Bars = append(c.Bars, b)
		if middle := len(points) / 2; len(points) <= 7 || i == 0 || i == middle || i == len(points)-1 {
			c.Ticks = append(c.Ticks, figureTick{X: b.Middle, Anchor: b.Anchor, Text: p.short})
		}
	}
	return c
}

// anchor keeps words at the edges inside the chart.
func anchor(i, n int) string {
	switch {
	case n <= 7:
		return "middle"
	case i < n/8:
		return "start"
	case i >= n-n/8-1:
		return "end"
	}
	return "middle"
}

// lines draws two rows of points as lines, each named at its end.
func lines(id, title, desc string, names []string, rows [][]point) *figureChart {
	c := &figureChart{ID: id, Title: title, Desc: desc, Height: chartHeight}
	most := int64(1)
	for _, row := range rows {
		for _, p := range row {
			most = max(most, p.n)
		}
	}
	for k, row := range rows {
		l := figureLine{Name: names[k], Class: fmt.Sprintf("line%d", k)}
		step := (100 - 2*chartEdge) / float64(max(len(row)-1, 1))
		for i, p := range row {
			y := chartBase - int(float64(chartBase-chartTop)*float64(p.n)/float64(most))
			x := chartEdge + float64(i)*step
			l.Points = append(l.Points, figureBar{X: pc(x), Y: y})
			if k == 0 {
				left, right := max(x-step/2, 0), min(x+step/2, 100)
				c.Hits = append(c.Hits, figureHit{X: pc(left), Width: pc(right - left), Y: chartTop - 20, Tall: chartHeight - chartTop + 20, Says: p.name, Link: p.link})
			}
			c.Hits[i].Says += ", " + names[k] + ": " + count(p.n)
			if i > 0 {
				last := l.Points[i-1]
				l.Segments = append(l.Segments, figureSegment{last.X, pc(x), last.Y, y})
			}
			if k == 0 && (i == 0 || i == len(row)-1 || len(row) > 4 && i == len(row)/2) {
				c.Ticks = append(c.Ticks, figureTick{X: pc(x), Anchor: edge(i, len(row)), Text: p.short})
			}
		}
		l.EndY = l.Points[len(l.Points)-1].Y - 12
		if k > 0 && abs(l.EndY-c.Lines[k-1].EndY) < 18 { // two words need their room
			l.EndY = c.Lines[k-1].EndY - 18
		}
		l.Name += ": " + count(row[len(row)-1].n)
		c.Lines = append(c.Lines, l)
	}
	return c
}

func edge(i, n int) string {
	switch i {
	case 0:
		return "start"
	case n - 1:
		return "end"
	}
	return "middle"
}

func abs(n int) int { return max(n, -n) }

// figureCharts draws what the page shows: how it went by day, what it is made
// of, and where.
func (s *Server) figureCharts(r *request, scope duty.Scope, p *figurePage, sums figureSums) error {
	if err := s.daysChart(r, scope, p); err != nil {
		return err
	}
	a := p.Ask
	if a.Kind != store.FigurePrompts {
		r.partsChart(p, sums)
	}
	if shape, ok := area.Outlines(a.Area); ok {
		p.Map = r.figureMap(shape, a, sums.of(store.ByArea))
	}
	return nil
}

// daysChart shows how it went: bars of days or months; of the daily questions
// how many were asked and how many answered.
func (s *Server) daysChart(r *request, scope duty.Scope, p *figurePage) error {
	a := p.Ask
	if a.From != "" && a.From == a.To {
		return nil
	}
	by := store.ByDay
	if a.From == "" || daysIn(a.From, a.To) > manyDays {
		by = store.ByMonth
	}
	asks := []string{by}
	if a.Kind == store.FigurePrompts {
		asks = append(asks, "asked", "answered")
	}
	all, err := s.figures(r, scope, a.query(asks...))
	if err != nil || len(all) == 0 {
		return err
	}
	first, last := a.From, a.To
	if by == store.ByMonth {
		first, last = core.Day(all[0].By[0]+"-01"), core.Day(all[len(all)-1].By[0]+"-28")
	}
	total, answered := make(map[string]int64), make(map[string]int64)
	for _, f := range all {
		if a.Kind == store.FigurePrompts && f.By[1] == "no" && f.By[2] == "no" {
			continue // nobody was asked
		}
		total[f.By[0]] += f.N
		if a.Kind == store.FigurePrompts && f.By[2] == "yes" {
			answered[f.By[0]] += f.N
		}
	}
	var points, replies []point
	for _, at := range steps(by, first, last) {
		pt := point{name: r.stepName(by, at), short: r.stepShort(by, at), n: total[at]}
		from, to := stepDays(by, at)
		pt.link = a.on(from, to).link()
		points = append(points, pt)
		pt.n = answered[at]
		replies = append(replies, pt)
	}
	title := r.T("admin.figures.chart.days", "what", r.T("admin.figures.kind."+a.Kind), "area", shortArea(a.Area))
	if by == store.ByMonth {
		title = r.T("admin.figures.chart.months", "what", r.T("admin.figures.kind."+a.Kind), "area", shortArea(a.Area))
	}
	if a.Kind == store.FigurePrompts {
		asked, told := r.T("admin.figures.prompt.asked"), r.T("admin.figures.prompt.answered")
		p.Days = lines("days", title, r.FigurePeriod(a), []string{asked, told}, [][]point{points, replies})
		p.Days.Heads = []string{r.T("admin.figures.by." + by), asked, told}
	} else {
		p.Days = bars("days", title, r.FigurePeriod(a), points)
		p.Days.Heads = []string{r.T("admin.figures.by." + by), r.T("admin.figures.sum")}
	}
	for i, pt := range points {
		row := figureRow{Names: []figureCell{{Text: pt.name, Link: pt.link}}, Cells: []figureCell{{Text: count(pt.n)}}}
		if a.Kind == store.FigurePrompts {
			row.Cells = append(row.Cells, figureCell{Text: count(replies[i].n)})
		}
		p.Days.Table = append(p.Days.Table, row)
	}
	return nil
}

// steps are the days or months from one to another.
func steps(by string, first, last core.Day) (all []string) {
	for d := first; d <= last && len(all) < 400; d = d.Add(1) {
		at := string(d)
		if by == store.ByMonth {
			at = at[:len("2021-08")]
		}
		if len(all) == 0 || all[len(all)-1] != at {
			all = append(all, at)
		}
		if len(all) == 400 {
			break
		}
	}
	return all
}

// stepDays are the days of a step.
func stepDays(by, at string) (from, to core.Day) {
	if by == store.ByDay {
		return core.Day(at), core.Day(at)
	}
	t, err := time.Parse("2006-01", at)
	if err != nil {
		return "", ""
	}
	return core.Day(t.Format(time.DateOnly)), core.Day(t.AddDate(0, 1, -1).Format(time.DateOnly))
}

func (r *request) stepName(by, at string) string {
	if by == store.ByDay {
		return core.Day(at).Local()
	}
	return r.T("admin.figures.month", "month", at[len("2021-"):], "year", at[:len("2021")])
}

func (r *request) stepShort(by, at string) string {
	if by == store.ByDay {
		return core.Day(at).Local()[:len("15/08")]
	}
	return at[len("2021-"):] + "/" + at[:len("2021")]
}

func daysIn(from, to core.Day) int {
	a, _ := time.Parse(time.DateOnly, string(from))
	b, _ := time.Parse(time.DateOnly, string(to))
	return int(b.Sub(a)/(24*time.Hour)) + 1
}

// partsDrawn is how many bars of parts a page draws.
const partsDrawn = 12

// partsChart shows what it is made of: by the first dimension that was chosen.
func (r *request) partsChart(p *figurePage, sums figureSums) {
	a := p.Ask
	if len(a.By) == 0 {
		return
	}
	by := a.By[0]
	all := sums.of(by)
	if len(all) == 0 {
		return
	}
	d := dimensionOf(a.kind(), by)
	slices.SortFunc(all, func(x, y store.Figure) int {
		if d.Values != nil {
			return slices.Index(d.Values, x.By[0]) - slices.Index(d.Values, y.By[0])
		}
		return cmp.Or(cmp.Compare(y.N, x.N), cmp.Compare(x.By[0], y.By[0]))
	})
	most, whole := int64(1), int64(0)
	for _, f := range all {
		most, whole = max(most, f.N), whole+f.N
	}
	name := r.T("admin.figures.by." + by)
	c := &figureChart{ID: "parts", Title: r.T("admin.figures.chart.parts", "what", r.T("admin.figures.kind."+a.Kind), "by", name), Desc: r.FigurePeriod(a),
		Heads: []string{name, r.T("admin.figures.sum"), r.T("admin.figures.share")}}
	for i, f := range all {
		link := a.of(by, f.By[0]).link()
		says := r.figureValue(by, f.By[0])
		c.Table = append(c.Table, figureRow{Names: []figureCell{{Text: says, Link: link}}, Cells: []figureCell{{Text: count(f.N)}, {Text: percent(f.N, whole)}}})
		if i < partsDrawn {
			top := i * partTall
			c.Bars = append(c.Bars, figureBar{Width: pc(max(0.5, 70*float64(f.N)/float64(most))), Y: top + 24, Tall: 18, LabelY: top + 18, Base: top + 38,
				X: pc(max(0.5, 70*float64(f.N)/float64(most)) + 1.5), Label: count(f.N), Anchor: says})
			c.Hits = append(c.Hits, figureHit{X: "0", Width: "100%", Y: top, Tall: partTall - 4, Says: says + ": " + count(f.N), Link: link})
		}
	}
	c.Height = len(c.Bars)*partTall + 4
	p.Parts = c
}

// partTall is how high a bar that lies stands with its words, in pixels.
const partTall = 52

// figureMap is districts by tint of one colour, with the number on each.
type figureMap struct {
	Title, Desc string
	ViewBox     string
	Shapes      []figureShape
	Old         bool // the outlines are of before July 2021
}

type figureShape struct {
	Path, Link, Says, Name string
	N                      string
	X, Y                   string // percent
	Tint                   string // 0 to 1, how much of the colour
}

// labelMoves keep numbers of neighbours apart on a phone: thousandths of the
// map's width.
var labelMoves = map[string][2]float64{"478": {75, 45}, "480": {-40, 18}, "477": {0, -14}, "479": {15, 5}, "474": {0, -4}}

func (r *request) figureMap(shape area.OutlineMap, a figureAsk, all []store.Figure) *figureMap {
	sums, most := make(map[string]int64), int64(1)
	for _, f := range all {
		if f.By[0] != "" {
			sums[f.By[0]] = f.N
			most = max(most, f.N)
		}
	}
	m := &figureMap{Title: r.T("admin.figures.chart.map", "what", r.T("admin.figures.kind."+a.Kind), "area", shortArea(a.Area)), Desc: r.FigurePeriod(a),
		ViewBox: fmt.Sprintf("0 0 %.0f %.0f", shape.Width, shape.Height)}
	for _, o := range shape.Outlines {
		n, move := sums[o.Code], labelMoves[o.Code]
		u, _ := area.Get(o.Code)
		m.Shapes = append(m.Shapes, figureShape{Path: o.Path, Link: a.in(o.Code).link(), Says: u.FullName + ": " + count(n), Name: u.Name, N: count(n),
			X: pc((o.LabelX + move[0]) / shape.Width * 100), Y: pc((o.LabelY + move[1]) / shape.Height * 100), Tint: fmt.Sprintf("%.2f", .06+.6*float64(max(n, 0))/float64(most))})
	}
	return m
}
