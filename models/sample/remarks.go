package sample

import (
	"slices"

	"github.com/mittari/mittari/models/score"
)

const (
	top    = score.Top
	middle = score.Middle
	bottom = score.Bottom
)

// remarks are all that the bank's people ever say, by topic.
func remarks() []remark { return slices.Concat(journeyRemarks(), everydayRemarks()) }

func journeyRemarks() []remark {
	return []remark{
		{topic{awareness, top}, "Laskuri oli selkeä.", "Kalkylatorn var tydlig.", "The calculator was clear."},
		{topic{awareness, top}, "Löysin kaiken yhdeltä sivulta.", "Jag hittade allt på en sida.", "Everything was on one page."},
		{topic{awareness, bottom}, "En löytänyt korkoja mistään.", "Jag hittade inte räntorna.", "I could not find the rates."},
		{topic{awareness, bottom}, "Laskuri ei toiminut puhelimella.", "Kalkylatorn fungerade inte i telefonen.", "The calculator did not work on my phone."},

		{topic{booking, top}, "Aika löytyi hetkessä.", "Jag fick en tid genast.", "Found a time at once."},
		{topic{booking, top}, "Helppo varata illalla kotoa.", "Lätt att boka hemifrån på kvällen.", "Easy to book from home in the evening."},
		{topic{booking, middle}, "Aika löytyi, mutta vasta parin viikon päähän.", "Det fanns tider, men först om två veckor.", "There was a time, but two weeks away."},
		{topic{booking, bottom}, "Piti yrittää kolme kertaa.", "Jag måste försöka tre gånger.", "It took me three attempts."},
		{topic{booking, bottom}, "Iltaa ei ollut tarjolla lainkaan.", "Inga kvällstider alls.", "No evening times at all."},

		{topic{meeting, top}, "Neuvoja kuunteli ja selitti kaiken.", "Rådgivaren lyssnade och förklarade allt.", "The adviser listened and explained everything."},
		{topic{meeting, top}, "Lähdin hyvillä mielin.", "Jag gick därifrån på gott humör.", "I left in good spirits."},
		{topic{meeting, middle}, "Asiallinen, mutta kiireinen.", "Sakligt men brådskande.", "Matter-of-fact, but in a hurry."},
		{topic{meeting, middle}, "Osa kysymyksistä jäi auki.", "En del frågor blev obesvarade.", "Some questions were left open."},
		{topic{meeting, bottom}, "Papereita pyydettiin kahteen kertaan.", "Samma papper begärdes två gånger.", "I was asked for the same papers twice."},
		{topic{meeting, bottom}, "En saanut vastausta, johon olisin voinut luottaa.", "Jag fick inget svar att lita på.", "I got no answer that I could rely on."},

		{topic{followUp, top}, "Soitti juuri silloin kun lupasi.", "Ringde precis när det var lovat.", "Called exactly when promised."},
		{topic{followUp, top}, "Sain selvän vastauksen.", "Jag fick ett klart besked.", "I got a clear answer."},
		{topic{followUp, middle}, "Puhelu oli ihan hyvä, mutta uutta ei tullut.", "Samtalet var bra men gav inget nytt.", "A fine call, but nothing new."},
		{topic{followUp, bottom}, "Lupasi soittaa maanantaina, soitti torstaina.", "Lovade ringa på måndag, ringde på torsdag.", "Promised Monday, called on Thursday."},
		{topic{followUp, bottom}, "Selitin asiani taas alusta.", "Jag fick förklara allt från början igen.", "I had to explain it all from the start again."},

		{topic{decision, top}, "Suosittelen kaikille asunnon ostajille.", "Jag rekommenderar er till alla som köper hem.", "I recommend you to anyone buying a home."},
		{topic{decision, top}, "Sama neuvoja alusta loppuun.", "Samma rådgivare från början till slut.", "The same adviser from beginning to end."},
		{topic{decision, middle}, "Hyvä palvelu, päätös kesti.", "God service, men beslutet dröjde.", "Good service, slow decision."},
		{topic{decision, middle}, "Ihan hyvä, muttei halvin.", "Helt bra, men inte billigast.", "Quite good, but not the cheapest."},
		{topic{decision, bottom}, "Päätöstä odotettiin liian kauan.", "Vi väntade för länge på beslutet.", "We waited too long for the decision."},
		{topic{decision, bottom}, "Kukaan ei kertonut, miksi laina evättiin.", "Ingen sade varför vi fick avslag.", "Nobody said why we were turned down."},
	}
}

func everydayRemarks() []remark {
	return []remark{
		{topic{branchVisit, top}, "Ystävällistä väkeä.", "Vänlig personal.", "Friendly people."},
		{topic{branchVisit, top}, "Asia hoitui heti.", "Ärendet sköttes genast.", "Done at once."},
		{topic{branchVisit, middle}, "Pieni jono, muuten hyvä.", "Lite kö, annars bra.", "A bit of a queue, otherwise good."},
		{topic{branchVisit, bottom}, "Vain yksi tiski auki.", "Bara en kassa öppen.", "Only one counter open."},
		{topic{branchVisit, bottom}, "Käteispalvelu loppui ennen kuin ehdin.", "Kontantservicen hann stänga.", "The cash service closed before my turn."},

		{topic{webBank, top}, "Uusi etusivu on hyvä.", "Den nya startsidan är bra.", "The new front page is good."},
		{topic{webBank, top}, "Maksut käyvät nopeasti.", "Betalningarna går snabbt.", "Payments are quick."},
		{topic{webBank, middle}, "Toimii, mutta haku on hukassa.", "Fungerar, men sökningen är gömd.", "Works, but the search is hidden."},
		{topic{webBank, bottom}, "Kirjautuminen katkesi kesken.", "Inloggningen avbröts.", "The login broke off."},
		{topic{webBank, bottom}, "En löydä vanhoja tiliotteita.", "Jag hittar inte gamla kontoutdrag.", "I can't find old statements."},

		{topic{phoneService, top}, "Asia selvisi yhdellä soitolla.", "Det ordnades med ett samtal.", "Sorted in a single call."},
		{topic{phoneService, top}, "Vastattiin heti.", "Ni svarade genast.", "Answered right away."},
		{topic{phoneService, middle}, "Apua sain, mutta vasta siirron jälkeen.", "Jag fick hjälp, men kopplades vidare först.", "Helped, but only after a transfer."},
		{topic{phoneService, bottom}, "Minut siirrettiin kolmesti.", "Jag kopplades vidare tre gånger.", "I was passed on three times."},
		{topic{phoneService, bottom}, "Ei saatu ratkaistua.", "Det blev inte löst.", "It was not solved."},
		{topic{queueing, bottom}, "Jonotin yli puoli tuntia.", "Jag köade i över en halvtimme.", "I queued for more than half an hour."},
		{topic{queueing, bottom}, "Puhelu katkesi siirrossa, uudestaan jonoon.", "Samtalet bröts vid kopplingen, ny kö.", "Cut off in the transfer, back to the queue."},
		{topic{queueing, bottom}, "Uusi puhelinvalikko ei vie minnekään.", "Den nya telefonmenyn leder ingenstans.", "The new phone menu leads nowhere."},

		{topic{feedback, top}, "Kiitos nopeasta avusta!", "Tack för snabb hjälp!", "Thank you for the quick help!"},
		{topic{feedback, top}, "Tiskillä oli aivan erityisen ystävällinen virkailija.", "En särskilt vänlig person vid disken.", "An exceptionally kind person at the counter."},
		{topic{feedback, middle}, "Toivoisin automaatin takaisin kauppakeskukseen.", "Jag önskar automaten tillbaka till köpcentret.", "Please bring the cash machine back to the mall."},
		{topic{feedback, bottom}, "Palvelumaksu nousi ilman ilmoitusta.", "Avgiften höjdes utan besked.", "The fee went up without notice."},
		{topic{feedback, bottom}, "Kukaan ei ole vastannut viestiini.", "Ingen har svarat på mitt meddelande.", "Nobody has answered my message."},

		{topic{relationship, top}, "Pankki, johon voi luottaa.", "En bank att lita på.", "A bank that one can trust."},
		{topic{relationship, top}, "Olen ollut asiakas kauan enkä vaihda.", "Jag har länge varit kund och byter inte.", "A customer for long, and staying."},
		{topic{relationship, middle}, "Ihan tavallinen pankki.", "En helt vanlig bank.", "An ordinary bank."},
		{topic{relationship, bottom}, "Konttori suljettiin läheltäni.", "Kontoret nära mig stängdes.", "The branch near me was closed."},
		{topic{relationship, bottom}, "Muut antavat paremman koron.", "Andra ger bättre ränta.", "Others give a better rate."},
	}
}
