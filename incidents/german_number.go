package incidents

import "fmt"

var germanNumbers = []string{"zwei", "drei", "vier", "fünf", "sechs", "sieben", "acht", "neun", "zehn", "elf", "zwölf"}

// number is a number of 2 or more: in letters up to twelve.
func (german) number(n int) string {
	if n-2 >= 0 && n-2 < len(germanNumbers) {
		return germanNumbers[n-2]
	}
	return fmt.Sprint(n)
}

// ordinal is masculine, after an article: "zweite", "13.".
func (g german) ordinal(n int) string {
	switch word := g.number(n); word {
	case "drei":
		return "dritte"
	case "sieben":
		return "siebte"
	case "acht":
		return "achte"
	case fmt.Sprint(n):
		return word + "."
	default:
		return word + "te"
	}
}

func (g german) often(times int) string {
	if times-2 >= 0 && times-2 < len(germanNumbers) {
		return germanNumbers[times-2] + "mal"
	}
	return fmt.Sprintf("%d-mal", times)
}
