package letters

import "seatledger/internal/contract"

// ours are the templates as long as nobody has written others: a reader who knows nothing of seats
// learns what to pay, until when, and to whom.
var ours = map[Key]Template{
	{ForInvoice, contract.English}: {Subject: "Invoice {number} from {seller}: {amount}", Body: `Hello,

attached is our invoice {number} of {issued}.

For: {customer}, {contract}
Period: {period}
Your purchase order: {order}

Paid so far: {paid}
Credited: {credited}
To pay: {open}
Please pay by: {due}
To: {pay_to}
{payment}

Please give the number {reference} with your payment.
The invoice says line by line what was charged. If something is not as you expect, answer this mail.

Kind regards
{seller}`},
	{ForInvoice, contract.French}: {Subject: "Facture {number} de {seller} : {amount}", Body: `Bonjour,

veuillez trouver ci-joint notre facture {number} du {issued}.

Pour : {customer}, {contract}
Période : {period}
Votre bon de commande : {order}

Déjà payé : {paid}
Crédité : {credited}
À payer : {open}
À régler au plus tard le : {due}
À : {pay_to}
{payment}

Merci d'indiquer le numéro {reference} avec votre paiement.
La facture détaille ligne par ligne ce qui est facturé. Pour toute question, répondez à ce message.

Cordialement
{seller}`},
	{ForReminder, contract.English}: {Subject: "Reminder: invoice {number}, {open} still to be paid", Body: `Hello,

our invoice {number} of {issued} was to be paid by {due}. We have not seen the whole payment yet.

For: {customer}, {contract}
Still to be paid: {open}
It was due on: {due}, {days} days ago
To: {seller}
{payment}

Please pay it now, and give the number {number} with your payment. The invoice is attached again.
If you have paid already, this mail has crossed your payment: you need do nothing.
If you do not agree with the invoice, answer this mail and tell us why.

Kind regards
{seller}`},
	{ForReminder, contract.French}: {Subject: "Rappel : facture {number}, {open} restent à payer", Body: `Bonjour,

notre facture {number} du {issued} était à régler au plus tard le {due}.
Nous n'avons pas encore reçu la totalité du paiement.

Pour : {customer}, {contract}
Reste à payer : {open}
Échéance : {due}, dépassée de {days} jours
À : {seller}
{payment}

Merci de régler cette somme dès maintenant en indiquant le numéro {number}. La facture est jointe à nouveau.
Si vous avez déjà payé, nos messages se sont croisés : vous n'avez rien à faire.
Si vous contestez cette facture, répondez à ce message en nous disant pourquoi.

Cordialement
{seller}`},
	{ForCreditNote, contract.English}: {Subject: "Credit note {number} from {seller}: {amount}", Body: `Hello,

attached is our credit note {number} of {issued}. You have nothing to pay for it.

For: {customer}, {contract}
It corrects: {corrects}
Why: {reason}
Credited to you: {amount}

If something is not as you expect, answer this mail.

Kind regards
{seller}`},
	{ForCreditNote, contract.French}: {Subject: "Avoir {number} de {seller} : {amount}", Body: `Bonjour,

veuillez trouver ci-joint notre avoir {number} du {issued}. Vous n'avez rien à payer.

Pour : {customer}, {contract}
Corrige : {corrects}
Motif : {reason}
Porté à votre crédit : {amount}

Pour toute question, répondez à ce message.

Cordialement
{seller}`},
	{ForStatement, contract.English}: {Subject: "Statement of charges {number} from {seller}: {amount} without tax",
		Body: `Hello,

attached is our statement of charges {number} of {issued}.
It is no invoice: please do not pay by it. The tax is added on the invoice that follows.

For: {customer}, {contract}
Period: {period}
Your purchase order: {order}
Total without tax: {amount}

The statement says line by line what is charged. If something is not as you expect, answer this mail.

Kind regards
{seller}`},
	{ForStatement, contract.French}: {Subject: "Relevé des prestations {number} de {seller} : {amount} hors taxe",
		Body: `Bonjour,

veuillez trouver ci-joint notre relevé des prestations {number} du {issued}.
Ce n'est pas une facture : merci de ne pas le payer. La taxe est ajoutée sur la facture qui suit.

Pour : {customer}, {contract}
Période : {period}
Votre bon de commande : {order}
Total hors taxe : {amount}

Le relevé détaille ligne par ligne ce qui est facturé. Pour toute question, répondez à ce message.

Cordialement
{seller}`},
}
