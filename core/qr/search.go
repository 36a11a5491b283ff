package qr

import "context"

// Longer sides in pixels: what a picture is enlarged to at most, twice its own
// size, and what the largest are brought down to before anything else.
const (
	enlarged = 2000
	largest  = 4000
)

// A look is one way to make a QR's corners stand out.
type look struct {
	longer  int // the longer side in pixels
	reach   int // blocks over which dark and light are told apart
	sharpen int // pixels over which blur is taken away; 0 leaves it
	invert  bool
}

// looks stand in the order in which they help. Nearly all pictures are read at
// the first, the small ones in a large picture at the second, those blurred by
// more than half a module at the third. Beyond 0.6 few corners are found.
var looks = []look{
	{longer: 1000, reach: 2},
	{longer: 2000, reach: 2},
	{longer: 1000, reach: 3, sharpen: 5},
	{longer: 500, reach: 3},
	{longer: 2000, reach: 3, sharpen: 8},
	{longer: 1000, reach: 2, invert: true},
	{longer: 1000, reach: 1},
	{longer: 1400, reach: 6},
	{longer: 500, reach: 3, sharpen: 3},
	{longer: 4000, reach: 2},
}

// search takes look after look at a picture until one shows a QR.
func (g *gray) search(ctx context.Context) (string, error) {
	g = g.resize(min(max(g.w, g.h), largest))
	limit := max(g.w, g.h)
	limit = max(limit, min(2*limit, enlarged))
	done := map[look]bool{} // of a small picture several looks are the same
	for _, l := range looks {
		l.longer = min(l.longer, limit)
		if done[l] {
			continue
		}
		done[l] = true
		view := g.resize(l.longer).stretch()
		if l.invert {
			view = view.invert()
		}
		edges := view
		if l.sharpen > 0 {
			edges = view.sharpen(l.sharpen, 2)
		}
		for _, t := range trios(edges.threshold(l.reach).marks()) {
			if ctx.Err() != nil {
				return "", ErrNoCode
			}
			if text, ok := view.decode(t); ok {
				return text, nil
			}
		}
	}
	return "", ErrNoCode
}
