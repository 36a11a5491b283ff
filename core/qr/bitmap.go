package qr

// bitmap says of each pixel whether it is dark.
type bitmap struct {
	w, h int
	dark []bool
}

func (b *bitmap) row(y int) []bool { return b.dark[y*b.w : (y+1)*b.w] }

// block is the side in pixels of the squares over which the local range of
// brightness is taken.
const block = 8

// threshold tells dark from light by the middle between the darkest and the
// lightest pixel within reach blocks. The middle, unlike the mean, stays in
// its place whichever of the two there is more of, so that a blurred bar keeps
// its width. Where there is no contrast the middle of the whole picture counts.
func (g *gray) threshold(reach int) *bitmap {
	bw, bh := (g.w+block-1)/block, (g.h+block-1)/block
	low, high := make([]uint8, bw*bh), make([]uint8, bw*bh)
	for i := range low {
		low[i] = 255
	}
	for y := range g.h {
		row := g.row(y)
		at := (y / block) * bw
		for x, v := range row {
			i := at + x/block
			low[i] = min(low[i], v)
			high[i] = max(high[i], v)
		}
	}
	whole := [2]uint8{255, 0}
	for i := range low {
		whole[0] = min(whole[0], low[i])
		whole[1] = max(whole[1], high[i])
	}
	middle := uint8((int(whole[0]) + int(whole[1])) / 2)
	needed := max(int(whole[1])-int(whole[0]), 8) / 5

	low = spread(low, bw, bh, reach, func(a, b uint8) uint8 { return min(a, b) })
	high = spread(high, bw, bh, reach, func(a, b uint8) uint8 { return max(a, b) })
	for i := range low {
		if contrast := int(high[i]) - int(low[i]); contrast < needed {
			low[i] = middle
		} else {
			low[i] = uint8((int(low[i]) + int(high[i])) / 2)
		}
	}

	b := &bitmap{g.w, g.h, make([]bool, g.w*g.h)}
	for y := range g.h {
		levels := low[(y/block)*bw:]
		row, dark := g.row(y), b.row(y)
		for x, v := range row {
			dark[x] = v < levels[x/block]
		}
	}
	return b
}

// spread gives each cell of a table the least or greatest within reach, first
// along the rows, then along the columns.
func spread(in []uint8, w, h, reach int, pick func(a, b uint8) uint8) []uint8 {
	across := make([]uint8, len(in))
	for y := range h {
		for x := range w {
			v := in[y*w+x]
			for i := max(x-reach, 0); i <= min(x+reach, w-1); i++ {
				v = pick(v, in[y*w+i])
			}
			across[y*w+x] = v
		}
	}
	out := make([]uint8, len(in))
	for y := range h {
		for x := range w {
			v := across[y*w+x]
			for i := max(y-reach, 0); i <= min(y+reach, h-1); i++ {
				v = pick(v, across[i*w+x])
			}
			out[y*w+x] = v
		}
	}
	return out
}
