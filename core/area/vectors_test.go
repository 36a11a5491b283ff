package area

import (
	"encoding/json"
	"os"
	"reflect"
	"testing"
)

// vectorFile holds the cases of all readers; the places are ours.
const vectorFile = "../reading/testdata/vietnamese-input.json"

// vector is one case of it.
type vector struct {
	ID      string         `json:"id"`
	Input   string         `json:"input"`
	Context map[string]any `json:"context"`
	Expect  any            `json:"expect"`
	Tier    string         `json:"tier"`
}

func vectors(t testing.TB) []vector {
	t.Helper()
	text, err := os.ReadFile(vectorFile)
	if err != nil {
		t.Fatal(err)
	}
	var file struct {
		Place []vector `json:"place"`
	}
	if err := json.Unmarshal(text, &file); err != nil {
		t.Fatal(err)
	}
	if len(file.Place) < 80 {
		t.Fatalf("only %d places in %s", len(file.Place), vectorFile)
	}
	return file.Place
}

func TestVectors(t *testing.T) {
	for _, v := range vectors(t) {
		answer, err := json.Marshal(ReadText(v.Input, v.Context))
		if err != nil {
			t.Fatal(err)
		}
		var got any
		if err := json.Unmarshal(answer, &got); err != nil {
			t.Fatal(err)
		}
		switch {
		case reflect.DeepEqual(got, v.Expect):
		case v.Tier == "should":
			t.Logf("%s: should be read and is not: %q %v: got %s", v.ID, v.Input, v.Context, answer)
		default:
			t.Errorf("%s: %q %v: got %s, want %v", v.ID, v.Input, v.Context, answer, v.Expect)
		}
	}
}
