package app

import (
	"context"
	"fmt"
	"net/http"
	"strings"

	"seatledger/internal/config"
	"seatledger/internal/distributor/outbound"
	"seatledger/internal/jobs"
	"seatledger/internal/trace"
)

// tracer follows work where the settings name a collector; else it is nil and follows nothing.
func tracer(cfg config.Config, bare *App) (*trace.Tracer, error) {
	if cfg.TracesURL == "" {
		return nil, nil
	}
	anywhere, err := outbound.ParseAllow("0.0.0.0/0,::/0") // the operator named this one address
	if err != nil {
		return nil, err
	}
	door, err := outbound.New(outbound.Options{Allow: anywhere, MaxBody: 1 << 20})
	if err != nil {
		return nil, err
	}
	header := http.Header{"Content-Type": {"application/json"}}
	for _, h := range cfg.TracesHeaders {
		name, value, _ := strings.Cut(h, "=")
		header.Set(strings.TrimSpace(name), strings.TrimSpace(value))
	}
	url := strings.TrimRight(cfg.TracesURL, "/") + "/v1/traces"
	return trace.New(trace.Options{Program: Version(), Log: bare.Log, Send: func(ctx context.Context,
		body []byte) error {
		a, err := door.Do(ctx, outbound.Request{Op: "send traces", Method: http.MethodPost, URL: url, Header: header,
			Body: body})
		defer a.Release()
		if err == nil && a.Status/100 != 2 {
			err = fmt.Errorf("the collector answered %d", a.Status)
		}
		return err
	}}), nil
}

// around follows and counts a job.
func (a *App) around(ctx context.Context, job jobs.About, work func(context.Context) error) error {
	ctx, span := a.Tracer.Start(trace.Carried(ctx, job.Metadata), trace.Works, "job: "+job.Kind)
	err := work(ctx)
	outcome := jobs.Outcome(err)
	a.Meter.Job(job.Kind, outcome)
	span.End(outcome == jobs.Failed, "seatledger.outcome", outcome)
	return err
}

// traced follows a call to a distributor: what it is for in our words, never which customer's, and how it ended.
func (a *App) traced(ctx context.Context, op string) (context.Context, func(status string)) {
	what, _, _ := strings.Cut(op, " of ")
	if strings.HasPrefix(what, "read invoice") { // the number of which is the distributor's
		what = "read invoice"
	}
	ctx, span := a.Tracer.Start(ctx, trace.Calls, "distributor: "+what)
	return ctx, func(status string) {
		span.End(status == "no_answer" || status >= "400", "http.response.status_code", status)
	}
}
