package lenient

import (
	"regexp"
	"strings"
)

// What a server writes where it has no error to tell, in English, French, Spanish,
// Portuguese and German.
var noErrors = regexp.MustCompile(`^(|-|null|nil|none|undefined|false|0+|ok|n/?a|success(ful(ly)?)?|succeeded|` +
	`succes|reussi|exito|exitoso|sucesso|erfolg(reich)?|` +
	`(no|without|0|zero|aucune|pas d'|sans|sin|ningun|sem|nenhum|kein|keine|ohne) ?(errors?|erreurs?|error(es)?|erros?|fehler)` +
	`( (found|occurred|detected))?|error: (none|0|no)|` +
	`(the )?(request|operation|call)? ?(was )?(completed|processed|executed)? ?success(ful(ly)?)?)$`)

// What a server writes beside a list that is empty, and that is no error there.
var nothingFound = regexp.MustCompile(`^(sorry, )?(there (are|is) |es (wurden|gibt) )?` +
	`(no|no se encontr(o|aron)|0|zero|aucune?|sin|ningun[ao]?|nao ha|nao existem|sem|nenhuma?|keine?) ` +
	`((active|matching|such|more|further|cloud|csp|microsoft) )?(subscriptions?|customers?|records?|results?|data|items?|entries|entry|rows?|change ?logs?|` +
	`abonnements?|souscriptions?|clients?|enregistrements?|resultats?|donnees?|` +
	`suscripcion(es)?|clientes?|registros?|resultados?|datos?|assinaturas?|dados?|` +
	`abonnements|kunden?|datensatze?|ergebnisse?|daten|eintrage?)` +
	`( (was |were |are |is |has been |have been )?(found|available|returned|exists?|trouve(e?s?)|disponibles?|` +
	`encontrad[oa]s?|gefunden|vorhanden))?( for (this|the) (customer|reseller|account))?$`)

var flat = strings.NewReplacer("é", "e", "è", "e", "ê", "e", "ó", "o", "á", "a", "ã", "a", "ú", "u", "ü", "u",
	"ä", "a", "ö",
	"o", "’", "'")

func silent(text string, what *regexp.Regexp) bool {
	return what.MatchString(strings.TrimRight(flat.Replace(strings.ToLower(strings.TrimSpace(text))), ".! "))
}

// saysNoError tells whether a text in the place of an error says that there is none.
func saysNoError(text string) bool { return silent(text, noErrors) }

// saysNothingFound tells whether it says only that a list is empty.
func saysNothingFound(text string) bool { return silent(text, nothingFound) }
