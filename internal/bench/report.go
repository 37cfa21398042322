package main

func (b *bench) write() error { return nil }
