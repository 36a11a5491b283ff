package flows

import "khaibao/core"

// turnNew is Turn for a phone of which nothing is known yet.
func turnNew(s Session, e Event) (Session, []Effect) { return turnKnown(s, e, nil) }

// turnKnown is Turn for a phone that declared for these people.
func turnKnown(s Session, e Event, people []core.Remembered) (Session, []Effect) {
	next, effects := Turn(s, e)
	for i, effect := range effects {
		if _, ok := effect.(Recall); ok {
			e.In, e.Result = nil, Recalled{People: people}
			after, more := turnKnown(next, e, people)
			return after, append(effects[:i:i], more...)
		}
	}
	return next, effects
}
