package flows

// Command is an entry of a network's own menu of commands.
type Command struct {
	Name string // as typed behind a slash
	Key  string // locale key of what it does
}

// Commands are what a network's own menu offers in a language.
func Commands(lang string) []Command {
	names := [][2]string{{"khaibao", "declare"}, {"qr", "qr"}, {"trogiup", "help"}, {"ngonngu", "language"}, {"thoat", "exit"}}
	out := make([]Command, len(names))
	for i, n := range names {
		out[i] = Command{Name: n[0], Key: "menu.command." + n[0]}
		if lang == "en" {
			out[i].Name = n[1]
		}
	}
	return out
}
