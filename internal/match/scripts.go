package match

import "strings"

// Scripts that are written as they sound are read by table: kana, Hangul and
// Devanagari. Chinese signs, Arabic, Hebrew and Thai stay as they are: their names
// are translated rather than spelled out, or lack their vowels (decision 78).

// readSound writes the sign at i, and what belongs to it, in Latin letters, and tells
// how many signs that were; 0: it is none of these scripts.
func readSound(b *strings.Builder, word []rune, i int) int {
	r := word[i]
	switch {
	case r >= 0x3041 && r <= 0x30ff:
		return readKana(b, word, i)
	case r >= 0xac00 && r <= 0xd7a3:
		return readHangul(b, r)
	case r >= 0x0900 && r <= 0x097f:
		return readNagari(b, word, i)
	}
	return 0
}

// kana are the syllables in the order of Unicode from ぁ on; the small ones as the large.
var kana = strings.Fields(`a a i i u u e e o o ka ga ki gi ku gu ke ge ko go sa za shi ji su zu se ze so zo ta da chi ji
	tsu tsu zu te de to do na ni nu ne no ha ba pa hi bi pi fu bu pu he be pe ho bo po ma mi mu me mo ya ya yu yu yo yo
	ra ri ru re ro wa wa i e o n vu ka ke`)

const (
	firstHiragana = 0x3041
	toHiragana    = 0x60 // from a katakana sign
	longMark      = 'ー'
)

func hiragana(r rune) rune {
	if r >= 0x30a1 && r <= 0x30f6 {
		return r - toHiragana
	}
	return r
}

func syllable(r rune) string {
	if at := int(hiragana(r) - firstHiragana); at >= 0 && at < len(kana) {
		return kana[at]
	}
	return ""
}

// readKana knows the small signs behind a syllable: きゃ is kya, ティ is ti, っ doubles
// what follows and is left out, as is the mark of a long vowel.
func readKana(b *strings.Builder, word []rune, i int) int {
	r := hiragana(word[i])
	if r == 'っ' || word[i] == longMark {
		return 1
	}
	s := syllable(r)
	if s == "" {
		return 0
	}
	if i+1 < len(word) && len(s) > 1 {
		switch next := hiragana(word[i+1]); next {
		case 'ゃ', 'ゅ', 'ょ':
			small := syllable(next)
			if strings.HasSuffix(s, "hi") && len(s) == 3 || s == "ji" {
				small = small[1:] // sha, cha, ja
			}
			b.WriteString(s[:len(s)-1] + small)
			return 2
		case 'ぁ', 'ぃ', 'ぅ', 'ぇ', 'ぉ':
			b.WriteString(s[:len(s)-1] + syllable(next))
			return 2
		}
	}
	b.WriteString(s)
	return 1
}

var (
	hangulFirst  = strings.Split("g gg n d dd r m b bb s ss  j jj ch k t p h", " ")
	hangulMiddle = strings.Fields("a ae ya yae eo e yeo ye o wa wae oe yo u weo we wi yu eu ui i")
	hangulLast   = strings.Split(" k k k n n n t l k m l l l p l m p p t t ng t t k t p h", " ")
)

// readHangul writes a syllable as the revised romanization does, without what
// neighbours do to each other.
func readHangul(b *strings.Builder, r rune) int {
	at := int(r - 0xac00)
	b.WriteString(hangulFirst[at/588] + hangulMiddle[at/28%21] + hangulLast[at%28])
	return 1
}

var nagari = map[rune]string{
	'क': "k", 'ख': "kh", 'ग': "g", 'घ': "gh", 'ङ': "n", 'च': "ch", 'छ': "chh", 'ज': "j", 'झ': "jh", 'ञ': "n", 'ट': "t",
	'ठ': "th", 'ड': "d", 'ढ': "dh", 'ण': "n", 'त': "t", 'थ': "th", 'द': "d", 'ध': "dh", 'न': "n", 'प': "p", 'फ': "ph",
	'ब': "b", 'भ': "bh", 'म': "m", 'य': "y", 'र': "r", 'ल': "l", 'व': "v", 'श': "sh", 'ष': "sh", 'स': "s", 'ह': "h",
	'ळ': "l",
}

var nagariVowels = map[rune]string{
	'अ': "a", 'आ': "a", 'इ': "i", 'ई': "i", 'उ': "u", 'ऊ': "u", 'ऋ': "ri", 'ए': "e", 'ऐ': "ai", 'ओ': "o", 'औ': "au",
	'ऑ': "o", 'ा': "a", 'ि': "i", 'ी': "i", 'ु': "u", 'ू': "u", 'ृ': "ri", 'े': "e", 'ै': "ai", 'ो': "o", 'ौ': "au",
	'ॉ': "o", 'ॅ': "e", 'ं': "n", 'ँ': "n", 'ः': "h", '़': "", '्': "",
}

// readNagari writes a consonant with the a that it has by itself, unless a vowel or
// the sign of none follows, or the word ends.
func readNagari(b *strings.Builder, word []rune, i int) int {
	if v, ok := nagariVowels[word[i]]; ok {
		b.WriteString(v)
		return 1
	}
	c, ok := nagari[word[i]]
	if !ok {
		return 0
	}
	b.WriteString(c)
	rest := word[i+1:]
	if len(rest) > 0 && rest[0] == '़' {
		rest = rest[1:]
	}
	if len(rest) > 0 {
		if _, sign := nagariVowels[rest[0]]; !sign || rest[0] == 'ं' || rest[0] == 'ँ' || rest[0] == 'ः' {
			b.WriteByte('a')
		}
	}
	return 1
}
