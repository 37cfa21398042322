package vocabulary

import (
	"regexp"
	"strings"
)

// doubtful is the one table of words that turn a meaning around, put it off, or say that
// it holds for a part only. A status with one of them is not certain: it stays active and
// fails the review (RULES 3); an entry of the change log with one of them ends nothing.
//
// A pattern without a blank at its ends is looked for anywhere, so that "PARTIALCANCEL"
// is found too; one with blanks as a word of its own. Texts are compared in small
// letters without accents.
var doubtful = []struct{ why, words string }{
	{"a part only", "partial|partly|partiel|parcial|teilweise|teilstorn|teilkund|teilgel|en partie|en parte|" +
		"em parte|zum teil| part | teil "},
	{"turned around", "inactiv|inactif|inativ|inaktiv|deactiv|desactiv|desativ|deaktiv|unsuspend|uncancel|undelet|undo|" +
		"un-|revers|revert|revoc|revok|withdraw|reinstat|restor|restaur|retabli|ruckgangig|wiederherg|zuruckge|" +
		"aufgehoben| not | non | no | nao | nicht | kein | pas | jamais | never | nunca "},
	{"planned", "schedul|planned|planif|programad|programm|agendad|geplant|vorgemerkt|terminiert|prevu|previst|upcoming|" +
		"future|futur|zukunft|kunftig|a venir|about to|to be | will | soon | bientot | pronto | em breve | bald |" +
		"demnachst| wird | werden | sera | zu | por cancelar | por vencer | a vencer | va | expires |expire le|" +
		"expire on|expire el|expira em|expires on|at end|at the end|end of|la fin|al final|no fim|ao final|ao fim|" +
		"zum ende|laufzeitende|vertragsende|next "},
	{"asked for", "request|requet|demand|solicit|requerid| pedido | pedida " +
		"|beantrag|angefrag|angeford|gekundigt|kundigung|" +
		"notice|preavis|aviso|attempt|tentativ| versuch"},
	{"going on", "cancelling|canceling|cancelando|expiring|expirando|expirant|deleting|suprimiendo|eliminando|excluindo|" +
		"discontinuing|ablaufend|lauft ab|en cours d |cancellation|cancelacion|cancelamento|annulation|annulierung|" +
		"annullierung|resiliation|rescision|rescisao|stornierung|deletion|suppression|eliminacion|exclusao|loschung|" +
		"expiration|expiracion|expiracao|expiry| annuler | cancelar | eliminar | supprimer | excluir | anular |" +
		" expirer | expirar | loschen | stornieren "},
	{"failed", "fail|error|erreur|echou|echec|fallid|falhou|falha|fehl|reject|refus|rechaz|recusad|rejeitad|abgelehnt|" +
		"denied|declin"},
	{"of something else", "renew|renouvel|renov|verlanger|reminder|notif|add-on|addon|except|sauf|excepto|exceto|ausser|" +
		"seat|licen|lizenz|asient|utilisateur|usuari|platz"},
	{"over again", "processed|traite | procesado |processado| bearbeitet "},
}

var doubts = compileDoubts()

func compileDoubts() []string {
	var all []string
	for _, d := range doubtful {
		all = append(all, strings.Split(d.words, "|")...)
	}
	return all
}

// doubted tells whether a plain text (see plain) holds a doubtful word.
func doubted(text string) bool {
	text = " " + text + " "
	for _, d := range doubts {
		if strings.Contains(text, d) {
			return true
		}
	}
	return false
}

var (
	camel    = regexp.MustCompile(`(\p{Ll})(\p{Lu})`)
	notWords = regexp.MustCompile(`[^\p{L}\p{N}-]+`)
	accents  = strings.NewReplacer("á", "a", "à", "a", "â", "a", "ã", "a", "ä", "a", "å", "a", "ç", "c", "é", "e", "è",
		"e", "ê", "e", "ë", "e", "í", "i", "ì", "i", "î", "i", "ï", "i", "ñ", "n", "ó", "o", "ò", "o", "ô",
		"o", "õ", "o",
		"ö", "o", "ú", "u", "ù", "u", "û", "u", "ü", "u", "ß", "ss", "œ", "oe")
)

// plain is a text in small letters without accents, its words apart by one blank:
// "PartiellementAnnulé" is "partiellement annule".
func plain(text string) string {
	text = strings.ToLower(camel.ReplaceAllString(text, "$1 $2"))
	// An accent may come as a mark of its own behind its letter.
	text = strings.Map(func(r rune) rune {
		if r >= 0x300 && r <= 0x36F {
			return -1
		}
		return r
	}, accents.Replace(text))
	return strings.TrimSpace(notWords.ReplaceAllString(text, " "))
}
