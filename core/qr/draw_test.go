package qr

import (
	"bytes"
	"image"
	"image/png"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// Texts that QRs of our citizens hold. The people are invented.
var payloads = map[string]string{
	"our link":               Link("https://khaibao.thuathienhue.example.vn", someCode),
	"a link of the sandbox":  Link("http://127.0.0.1:8080", someCode),
	"a link in upper case":   strings.ToUpper(Link("https://khaibao.example.vn", someCode)),
	"a chip ID card":         "046090000001|191000001|Nguyễn Thị Hoàng Ánh Tuyết|05091990|Nữ|Tổ 5, Kiệt 12/4 Nguyễn Huệ, Phường Vĩnh Ninh, Thành phố Huế, Thừa Thiên Huế|25042021",
	"a card with no old one": "046201000002||Lê Đức Ẩn|01022001|Nam|Thôn Đông Hòa, Xã Lộc Bổn, Phú Lộc, Thừa Thiên Huế|01012022",
	"the Ministry's":         "0460*****001|NGUYEN VAN AN|1990|CCCD|VNM4600000000000001|{\"V\":\"1.1\"}",
	"a health certificate":   "HC1:6BFOXN%TS3DH0YOJ58S S-W5HDC *M0II5XHC9B5G2+$N IOP-IA%NFQGRJPC%OQHIZC4.OI1RM8ZA.A5:S9MKN4NN3F85QNCY0O%0VZ001HOC9JU0D0HT0HB2PL/IB*09B9LW4T*8+DCMH0LDK2%K:XFE70*LP$V25$0Q:J:4MO1P0%0L0HD+9E/HY+4J6TH48S%4K.GJ2PT3QY:GQ3TE2I+-CPHN6D7LLK*2HG%89UV-0LZ 2ZJJ524-LH/CJTK96L6SR9MU9DHGZ%P WUQRENS431T1XCNCF+47AY0-IFO0500TGPN8F5G.41Q2E4T8ALW.INSV$ 07UV5SR+BNQHNML7 /KD3TU 4V*CAT3ZGLQMI/XI%ZJNSBBXK2:UG%UJMI:TU+MMPZ5$/PMX19UE:-PSR3/$NU44CBE6DQ3D7B0FBOFX0DV2DGMB$YPF62I$60/F$Z2I6IFX21XNI-LM%3/DF/U6Z9FEOJVRLVW6K$UG+BKK57:1+D10%4K83F+1VWD1NE",
}

func TestPNGIsSharp(t *testing.T) {
	for name, text := range payloads {
		for _, size := range []int{1, 250, 512} {
			b, err := PNG(text, size)
			if err != nil {
				t.Fatal(err)
			}
			m, err := png.Decode(bytes.NewReader(b))
			if err != nil {
				t.Fatal(err)
			}
			side := m.Bounds().Dx()
			if m.Bounds().Dy() != side || side < size {
				t.Errorf("%s at %d: the picture is %v", name, size, m.Bounds())
			}
			dark := darkBox(m)
			module := moduleWidth(m, dark.Min)
			if module < minModule || dark.Dx() != dark.Dy() || dark.Dx()%module != 0 || (dark.Dx()/module-17)%4 != 0 {
				t.Fatalf("%s at %d: %d pixels of modules of %d", name, size, dark.Dx(), module)
			}
			if quiet := min(dark.Min.X, dark.Min.Y, side-dark.Max.X, side-dark.Max.Y); quiet < 4*module {
				t.Errorf("%s at %d: %d pixels of quiet zone, want 4 modules of %d", name, size, quiet, module)
			}
			for y := dark.Min.Y; y < dark.Max.Y; y++ { // each module is of one colour
				for x := dark.Min.X; x < dark.Max.X; x++ {
					cx, cy := x-(x-dark.Min.X)%module, y-(y-dark.Min.Y)%module
					if m.At(x, y) != m.At(cx, cy) {
						t.Fatalf("%s at %d: the module at %d,%d is not even", name, size, cx, cy)
					}
				}
			}
		}
	}
}

func isDark(m image.Image, x, y int) bool { return brightness(m.At(x, y)) < 128 }

func darkBox(m image.Image) image.Rectangle {
	box := image.Rectangle{}
	for y := range m.Bounds().Max.Y {
		for x := range m.Bounds().Max.X {
			if isDark(m, x, y) {
				box = box.Union(image.Rect(x, y, x+1, y+1))
			}
		}
	}
	return box
}

// moduleWidth is a seventh of the upper edge of the first corner.
func moduleWidth(m image.Image, from image.Point) int {
	n := 0
	for isDark(m, from.X+n, from.Y) {
		n++
	}
	return n / 7
}

func TestPNGRefuses(t *testing.T) {
	for name, try := range map[string]func() ([]byte, error){
		"nothing":     func() ([]byte, error) { return PNG("", 300) },
		"a huge side": func() ([]byte, error) { return PNG("x", 1<<20) },
		"a long text": func() ([]byte, error) { return PNG(strings.Repeat("ế", 1000), 300) },
	} {
		if b, err := try(); err == nil || b != nil {
			t.Errorf("%s: drawn", name)
		} else if strings.Contains(err.Error(), "ế") {
			t.Errorf("%s: the error quotes the text", name)
		}
	}
}

// zbar is a reader that others wrote: what it reads, others can. It is asked
// for the bytes (binary), since it takes some UTF-8 without a mark for
// Shift JIS; our own pictures hold links, which are ASCII.
func TestZbarReadsEveryPicture(t *testing.T) {
	zbar, err := exec.LookPath("zbarimg")
	if err != nil {
		t.Fatal("zbarimg is not there: install zbar-tools (apt-get install zbar-tools; brew install zbar)")
	}
	texts := []string{}
	for _, text := range payloads {
		texts = append(texts, text)
	}
	for range 10 {
		texts = append(texts, Link("https://khaibao.example.vn", NewCode()))
	}
	dir := t.TempDir()
	for i, text := range texts {
		for _, size := range []int{1, 300, 512} {
			picture, err := PNG(text, size)
			if err != nil {
				t.Fatal(err)
			}
			path := filepath.Join(dir, "qr.png")
			if err := os.WriteFile(path, picture, 0o600); err != nil {
				t.Fatal(err)
			}
			out, err := exec.Command(zbar, "--quiet", "--raw", "--nodbus", "-Sdisable", "-Sqrcode.enable", "-Sqrcode.binary", path).Output()
			if err != nil || strings.TrimSuffix(string(out), "\n") != text {
				t.Errorf("text %d at %d pixels: zbarimg reads %q, %v; want %q", i, size, out, err, text)
			}
		}
	}
}

func BenchmarkPNG(b *testing.B) {
	for b.Loop() {
		if _, err := PNG(payloads["our link"], 512); err != nil {
			b.Fatal(err)
		}
	}
}
