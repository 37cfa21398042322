package postgres

import (
	"context"
	"testing/fstest"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
)

// ViewsNumber is the number of the folder's views.
const ViewsNumber = viewsNumber

// ViewsHash is their hash.
func ViewsHash() string {
	set, err := ownViews()
	if err != nil {
		panic(err)
	}
	return set.hash()
}

// ViewNames are the views of the folder.
func ViewNames() []string {
	set, err := ownViews()
	if err != nil {
		panic(err)
	}
	return set.names()
}

// ApplyViews is what a program with other views does, by file name and statements.
func ApplyViews(ctx context.Context, owner *pgxpool.Pool, number int, files map[string]string) error {
	folder := fstest.MapFS{}
	for name, sql := range files {
		folder["views/"+name] = &fstest.MapFile{Data: []byte(sql)}
	}
	set, err := readViewSet(folder, number)
	if err != nil {
		return err
	}
	return set.apply(ctx, owner)
}

// Waited takes what was waited from what a context may still wait.
func Waited(ctx context.Context, d time.Duration) { waited(ctx, d) }
