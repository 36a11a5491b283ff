package qr

import "context"

// A look is one way to make the modules of a picture plain. Most pictures are
// read at the first; the others stand in the order in which they help.
type look struct {
	longer  int // the longer side in pixels; larger than the picture by at most twice
	reach   int // blocks over which dark and light are told apart
	sharpen int // pixels; 0 leaves the picture as it is
	invert  bool
}

var looks = []look{
	{longer: 1000, reach: 2},
	{longer: 2000, reach: 2},
	{longer: 500, reach: 3},
	{longer: 1000, reach: 1},
	{longer: 1400, reach: 6},
	{longer: 1000, reach: 2, invert: true},
	{longer: 1000, reach: 2, sharpen: 2},
	{longer: 2000, reach: 2, sharpen: 4},
	{longer: 4000, reach: 2},
}

// search takes look after look at a picture until one shows a QR.
func (g *gray) search(ctx context.Context) (string, error) {
	done := map[look]bool{}
	for _, l := range looks {
		// Small pictures are enlarged to twice their size at most, so that
		// several looks may come to be the same.
		l.longer = min(l.longer, 2*max(g.w, g.h))
		if done[l] {
			continue
		}
		done[l] = true
		view := g.resize(l.longer).stretch()
		if l.invert {
			view = view.invert()
		}
		if l.sharpen > 0 {
			view = view.sharpen(l.sharpen, 1.5)
		}
		for _, t := range trios(view.threshold(l.reach).marks()) {
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
