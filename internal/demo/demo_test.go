package demo

import (
	"os"
	"path/filepath"
	"testing"
)

func TestEachKindOfDemoKeepsToFoldersOfItsOwn(t *testing.T) {
	t.Parallel()
	base := t.TempDir()
	for _, step := range []struct {
		options
		want string
	}{
		{options{cutover: true, fresh: true}, "demo-cutover"},
		{options{}, "demo"},
		{options{fresh: true}, "demo-2"},
		{options{cutover: true}, "demo-cutover"},
		{options{cutover: true, fresh: true}, "demo-cutover-2"},
		{options{}, "demo-2"},
		{options{cutover: true}, "demo-cutover-2"},
	} {
		got, err := chooseFolder(base, step.options)
		if err != nil || filepath.Base(got) != step.want {
			t.Errorf("%+v: %s, %v, want %s", step.options, got, err, step.want)
		}
		if _, err := os.Stat(got); err != nil {
			t.Error(err)
		}
	}
}

func TestAHistoryThatWasInterruptedIsNotGoneOnWith(t *testing.T) {
	t.Parallel()
	d := &Demo{options: options{cutover: true, customers: 12}, folder: "somewhere", keep: keepsakes{Year: yearBegun},
		far: &distributorProcess{}}
	if err := d.MakeYear(t.Context(), t.Output()); err == nil {
		t.Error("a half year was taken for a whole one")
	}
}

func TestOnlyKnownOptionsAreTaken(t *testing.T) {
	t.Parallel()
	o, err := parse([]string{"--fresh", "--cutover"})
	if err != nil || !o.fresh || !o.cutover || o.customers != customers {
		t.Errorf("%+v, %v", o, err)
	}
	for _, args := range [][]string{{"--cut-over"}, {"more"}} {
		if _, err := parse(args); err == nil {
			t.Errorf("%v was taken", args)
		}
	}
}
