package flows

import (
	"reflect"
	"strings"
	"testing"

	"khaibao/core"
	"khaibao/core/channel"
)

// What an older or newer version of the program queued, and this one has no
// words for, is not said; what it does have words for is.
func TestRenderShowsNobodyAKey(t *testing.T) {
	b := bundle(t)
	f := channel.Features{Plain: true}
	if l := Render(b, core.Say{Key: "menu.gone"}, "vi", f); !reflect.DeepEqual(l, channel.Line{}) {
		t.Errorf("a lost key gives %+v", l)
	}
	s := core.Say{Key: "resume.done", Lines: []core.Say{{Line: "menu.gone"}, {Line: "menu.ask"}}}
	for _, lang := range []string{"vi", "en", "km"} {
		text := Render(b, s, lang, f).Text
		if strings.Contains(text, "menu.") || strings.Count(text, "\n") != 1 {
			t.Errorf("%s: %q", lang, text)
		}
	}
}
