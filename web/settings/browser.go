package settings

import "strings"

// browserName makes two words of a user agent, so that a person knows their own
// machines apart. Order matters: most agents name several browsers.
func browserName(agent string) string {
	name := first(agent, "Unknown browser", "Edg/", "Edge", "OPR/", "Opera", "Firefox/", "Firefox", "Chrome/", "Chrome",
		"Safari/", "Safari", "curl/", "curl")
	system := first(agent, "", "iPhone", "iPhone", "iPad", "iPad", "Android", "Android", "Windows", "Windows", "Mac OS",
		"macOS", "Linux", "Linux")
	if system == "" {
		return name
	}
	return name + " on " + system
}

// first gives the word behind the first sign that the agent contains.
func first(agent, otherwise string, pairs ...string) string {
	for i := 0; i+1 < len(pairs); i += 2 {
		if strings.Contains(agent, pairs[i]) {
			return pairs[i+1]
		}
	}
	return otherwise
}
