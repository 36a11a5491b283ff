package ways

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"khaibao/core"
)

// Prices are what a message is expected to cost, in đồng, by way; of SMS, each
// segment. What is not in it costs nothing.
type Prices map[string]int64

// ReadPrices reads "sms=350,zalo_template_phone=300".
func ReadPrices(s string) (Prices, error) {
	all := make(Prices)
	for _, one := range strings.FieldsFunc(s, func(r rune) bool { return r == ',' || r == ' ' }) {
		way, price, ok := strings.Cut(one, "=")
		n, err := strconv.ParseInt(price, 10, 64)
		switch {
		case !ok || err != nil || n < 0 || n > 1_000_000:
			return nil, errors.New("want way=đồng, such as sms=350,zalo_cs=55")
		case way == core.WayReply || !slices.Contains(core.WayNames(), way):
			return nil, fmt.Errorf("no way is called so: want %s", strings.Join(core.WayNames()[1:], ", "))
		}
		all[way] = n
	}
	return all, nil
}

// Of is what one message, or one segment of it, is expected to cost. A reply
// costs what its channel costs; on Zalo it is within the free hours.
func (b *Book) Of(m core.Queued) int64 {
	if m.Way.Name != "" {
		return m.Way.Price
	}
	if m.Channel == b.SMS && b.SMS != "" {
		return b.Prices[core.WaySMS]
	}
	if way := m.WayTaken(); way != core.WayReply {
		return b.Prices[way]
	}
	return 0
}
