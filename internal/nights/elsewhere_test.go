package nights

// elsewhere are faults that have tests of their own, with real processes or at every point.
func elsewhere() []row {
	return []row{
		{no: "27", fault: "an older answer arrives late, in the hands of a holder that was replaced",
			how: "SIGSTOP in a transaction, the data " +
				"change, SIGCONT", does: "The holder cannot commit: the newer state stays"},
		{no: "36, seen", fault: "three replicas start on an empty database", how: "three processes at once",
			does: "All three serve"},
		{no: "37, seen", fault: "the holder of a run is killed, stopped in a transaction, or cut off from the database",
			how: "SIGKILL, SIGSTOP, a relay that passes no byte", does: "Another replica goes on within 60 s"},
		{no: "38", fault: "the process is gone at any commit or call",
			how: "the plug of the database pulled before and after the n-th commit, " +
				"and in the n-th call", does: "The run goes on and ends as an unbroken one"},
		{no: "38", fault: "the process is killed again and again in one run", how: "SIGKILL",
			does: "The run goes on where it was"},
		{no: "38", fault: "a reading of a CRM, or work on many records, is killed in the middle, also twice", how: "SIGKILL " +
			"between two transactions and while it reads",
			does: "It goes on by itself; nothing is lost or done twice, and it says what all attempts did"},
		{no: "seen", fault: "three replicas are replaced one after the other in one run", how: "SIGTERM, new process",
			does: "The run goes on at once and does not fail"},
		{no: "44",
			fault: "all of it at random: true changes, lists that change while they are read, lies, people, crashes",
			how:   "`task nights -- -nights.n=10000`",
			does: "After each night nothing that lives was closed and no seat was made up; when it is " +
				"quiet all is equal to the distributor, and a further run writes nothing"},
	}
}
