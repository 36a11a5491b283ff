package reading

import (
	"encoding/json"
	"os"
	"reflect"
	"testing"
)

type vector struct {
	ID      string         `json:"id"`
	Input   string         `json:"input"`
	Context map[string]any `json:"context"`
	Expect  any            `json:"expect"`
	Tier    string         `json:"tier"`
	Note    string         `json:"note"`
}

func loadVectors(t testing.TB) map[string][]vector {
	t.Helper()
	text, err := os.ReadFile("testdata/vietnamese-input.json")
	if err != nil {
		t.Fatal(err)
	}
	var all map[string]json.RawMessage
	if err := json.Unmarshal(text, &all); err != nil {
		t.Fatal(err)
	}
	out := map[string][]vector{}
	for _, kind := range Kinds {
		var vs []vector
		if raw, ok := all[kind]; ok {
			if err := json.Unmarshal(raw, &vs); err != nil {
				t.Fatalf("%s: %v", kind, err)
			}
			out[kind] = vs
		}
	}
	return out
}

// asJSON takes a value through JSON, so that it compares with a vector.
func asJSON(t testing.TB, v any) any {
	t.Helper()
	text, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	var out any
	if err := json.Unmarshal(text, &out); err != nil {
		t.Fatal(err)
	}
	return out
}

func TestVectors(t *testing.T) {
	must := map[string]int{"yesno": 44, "date": 48, "phone": 31, "id_number": 24, "name": 18, "symptoms": 29, "plate": 8}
	vectors := loadVectors(t)
	missed := 0
	for kind, n := range must {
		if len(vectors[kind]) < n {
			t.Errorf("%s: %d cases in the file, there were %d", kind, len(vectors[kind]), n)
		}
	}
	for kind, vs := range vectors {
		for _, v := range vs {
			got := asJSON(t, ReadText(kind, v.Input, v.Context))
			if reflect.DeepEqual(got, v.Expect) {
				continue
			}
			if v.Tier == "should" {
				missed++
				t.Logf("should: %s %q: got %v, want %v", v.ID, v.Input, got, v.Expect)
				continue
			}
			t.Errorf("%s %q: got %v, want %v (%s)", v.ID, v.Input, got, v.Expect, v.Note)
		}
	}
	t.Logf("%d cases of the tier should are read otherwise", missed)
}
