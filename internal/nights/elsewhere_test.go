package nights

// elsewhere are faults that have a test of their own, with real processes.
func elsewhere() []row { return nil }
