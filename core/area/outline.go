package area

import (
	_ "embed" // the outlines
	"encoding/json"
	"fmt"
	"math"
	"strings"
	"sync"
)

//go:embed data/hue-districts.geojson
var outlineText []byte

// Outline is the shape of a unit on a map of the one above it, in steps of a
// thousandth of the map's width.
type Outline struct {
	Code   string
	Path   string  // an SVG path of absolute moves and lines, closed
	LabelX float64 // where a word on it may stand
	LabelY float64
}

// OutlineMap is the outlines of the districts of one province.
type OutlineMap struct {
	Province      string
	Width, Height float64 // of the map; Width is 1000
	Outlines      []Outline
}

// Outlines draws the districts of a province; not ok for one whose outlines are
// not known. They are those of Mesoshapes, of 2016 and so before 1 July 2021: an
// overview, not for telling in which district a point lies (data/README.md).
func Outlines(province string) (OutlineMap, bool) {
	m := outlines()
	return m, m.Province == province
}

// closest is how far apart two points of an outline stand at least, in steps of
// the map: a nearer one is not seen.
const closest = 4

var outlines = sync.OnceValue(func() OutlineMap {
	m, err := readOutlines(outlineText)
	if err != nil {
		panic("outlines of districts: " + err.Error()) // embedded: tests read them
	}
	return m
})

// readOutlines projects degrees onto the map: near the sphere's tangent, so that
// a district looks as it does on paper.
func readOutlines(text []byte) (m OutlineMap, err error) {
	var file struct {
		Features []struct {
			Properties struct {
				Code string  `json:"code"`
				Lon  float64 `json:"label_lon"`
				Lat  float64 `json:"label_lat"`
			} `json:"properties"`
			Geometry struct {
				Coordinates [][][][2]float64 `json:"coordinates"`
			} `json:"geometry"`
		} `json:"features"`
	}
	if err := json.Unmarshal(text, &file); err != nil {
		return m, err
	}
	west, east, south, north := math.Inf(1), math.Inf(-1), math.Inf(1), math.Inf(-1)
	for _, f := range file.Features {
		for _, polygon := range f.Geometry.Coordinates {
			for _, ring := range polygon {
				for _, p := range ring {
					west, east, south, north = min(west, p[0]), max(east, p[0]), min(south, p[1]), max(north, p[1])
				}
			}
		}
	}
	if len(file.Features) == 0 || !(east > west && north > south) {
		return m, fmt.Errorf("no outlines")
	}
	squeeze := math.Cos((south + north) / 2 * math.Pi / 180)
	scale := 1000 / ((east - west) * squeeze)
	x := func(lon float64) float64 { return (lon - west) * squeeze * scale }
	y := func(lat float64) float64 { return (north - lat) * scale }
	m = OutlineMap{Width: 1000, Height: math.Ceil(y(south))}
	for _, f := range file.Features {
		o := Outline{Code: f.Properties.Code, LabelX: x(f.Properties.Lon), LabelY: y(f.Properties.Lat)}
		var b strings.Builder
		for _, polygon := range f.Geometry.Coordinates {
			for _, ring := range polygon {
				writeRing(&b, ring, x, y)
			}
		}
		o.Path = b.String()
		m.Province = Province(o.Code)
		m.Outlines = append(m.Outlines, o)
	}
	return m, nil
}

func writeRing(b *strings.Builder, ring [][2]float64, x, y func(float64) float64) {
	var lastX, lastY float64
	for i, p := range ring {
		px, py := math.Round(x(p[0])), math.Round(y(p[1]))
		switch {
		case i == 0:
			fmt.Fprintf(b, "M%g %g", px, py)
		case math.Hypot(px-lastX, py-lastY) < closest:
			continue
		default:
			fmt.Fprintf(b, "L%g %g", px, py)
		}
		lastX, lastY = px, py
	}
	b.WriteString("Z")
}
