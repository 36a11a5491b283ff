package sandbox

import (
	"encoding/json"
	"testing"
)

// Whatever a program sends, it is taken whole or refused, and a message that is
// taken shows something.
func FuzzZaloMessage(f *testing.F) {
	for _, seed := range []string{
		`{"recipient":{"user_id":"1"},"message":{"text":"x"}}`, always, asks, `{"text":"x"}`, `{"recipient":{"user_id":1},"message":null}`,
		`{"attachment":{"type":"template","payload":{"template_type":"list","elements":[{"title":"x","default_action":{"type":"oa.open.url","url":"https://x.invalid"}}]}}}`,
		`{"attachment":{"type":"template","payload":{"template_type":"media","elements":[{"media_type":"image","url":"https://x.invalid/1.png"}]}}}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		for _, shape := range []zaloObject{zaloMessage, zaloMessageToGuest, zaloTemplateByPhone} {
			call, refused := zaloJSON("openapi", body, shape)
			if message, ok := call.fields["message"].(map[string]any); ok && refused == nil {
				tryZaloMessage(t, message)
			}
		}
		var message map[string]any
		if json.Unmarshal(body, &message) == nil && zaloMessage["message"].check("message", message) == nil {
			tryZaloMessage(t, message)
		}
	})
}

func tryZaloMessage(t *testing.T, message map[string]any) {
	for _, v2 := range []bool{false, true} {
		b, refused := zaloParse(message, v2)
		if refused != nil {
			if refused.Code == 0 || refused.Text == "" {
				t.Fatalf("refused with %+v", refused)
			}
			continue
		}
		if b.Text == "" && b.PhotoURL == "" && b.attachment == "" && b.Request == nil && len(b.Rows) == 0 {
			t.Fatalf("a message that shows nothing: %+v", b)
		}
		if len(b.Buttons) > 5 || units(b.Text) > 2000 {
			t.Fatalf("over the limits: %+v", b)
		}
	}
}
