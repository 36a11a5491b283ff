package sandbox

import (
	"strconv"

	"khaibao/core"
)

func decimal(n int) string { return strconv.Itoa(n) }

// userDetail tells what the OA may know of a person.
func (z *Zalo) userDetail(c zaloCall) (map[string]any, *zaloError) {
	z.mu.Lock()
	defer z.mu.Unlock()
	user, _ := c.fields["user_id"].(string)
	p, ok := z.users[user]
	switch {
	case !ok:
		return nil, zaloInvalid("user_id", false)
	case p.touched.IsZero():
		return nil, zaloCode(-213)
	}
	data := map[string]any{
		"user_id": p.user, "user_id_by_app": p.byApp(), "display_name": p.owner.Name, "user_alias": "", "is_sensitive": false,
		"user_is_follower": p.follows, "user_last_interaction_date": p.touched.In(core.Zone).Format("02/01/2006"),
		"avatar": "", "tags_and_notes_info": map[string]any{"notes": []any{}, "tag_names": []any{}},
	}
	if i := p.shared; i != nil {
		data["shared_info"] = map[string]any{"name": i.Name, "phone": i.Phone, "address": i.Address, "city": i.City, "ward": i.Ward}
	}
	return data, nil
}

// getOA tells what the OA is.
func (z *Zalo) getOA(zaloCall) (map[string]any, *zaloError) {
	z.mu.Lock()
	defer z.mu.Unlock()
	followers := 0
	for _, p := range z.people {
		if p.follows {
			followers++
		}
	}
	return map[string]any{
		"oa_id": z.account.OAID, "name": z.account.OAName, "description": "", "is_verified": true, "oa_type": 4,
		"num_follower": followers, "package_name": "sandbox", "linked_ZCA": "sandbox", "avatar": "", "cover": "",
	}, nil
}

// quota tells what may still be written to a person, or what the OA has bought.
func (z *Zalo) quota(c zaloCall) (map[string]any, *zaloError) {
	user, ok := c.fields["user_id"].(string)
	if !ok {
		if _, asks := c.fields["quota_owner"]; !asks {
			return nil, zaloInvalid("user_id", true)
		}
		return map[string]any{"assets": []any{}}, nil
	}
	z.mu.Lock()
	defer z.mu.Unlock()
	p, ok := z.users[user]
	if !ok {
		return nil, zaloInvalid("user_id", false)
	}
	data := map[string]any{"user_id": p.user, "promotion": map[string]any{"remain": 0}}
	if !p.touched.IsZero() {
		data["last_interaction"] = millis(p.touched)
	}
	if kind, refused := z.window(p); refused == nil && kind != "" {
		data["cs_reply"] = map[string]any{"quota_type": kind}
	}
	return data, nil
}
