package standin

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

func reply(w http.ResponseWriter, status int, doc any) {
	w.Header().Set("Content-Type", "application/json; odata.metadata=minimal")
	w.Header().Set("x-ms-service-request-id", "7d1f0c52-0000-4000-8000-00000000beef")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(doc)
}

func refuse(w http.ResponseWriter, status int, code, text string) {
	reply(w, status, map[string]any{"error": map[string]string{"code": code, "message": text}})
}

func (o *Organisation) api(w http.ResponseWriter, r *http.Request) {
	name := strings.TrimPrefix(r.URL.Path, "/api/data/v9.2/")
	switch {
	case r.Method != http.MethodGet:
		refuse(w, http.StatusMethodNotAllowed, "0x80060888", "The stand-in takes no writes.")
	case !o.tokens[strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")]:
		w.WriteHeader(http.StatusUnauthorized)
	case name == "WhoAmI":
		reply(w, http.StatusOK, map[string]any{"OrganizationId": "c0ffee00-1111-4222-8333-444455556666",
			"UserId": "00000000-aaaa-4bbb-8ccc-000000000001", "BusinessUnitId": "00000000-aaaa-4bbb-8ccc-000000000002"})
	case o.sets[name] == nil:
		refuse(w, http.StatusNotFound, "0x80060888", "Resource not found for the segment '"+name+"'.")
	case o.forbid[name]:
		refuse(w, http.StatusForbidden, "0x80040220", "Principal user is missing prvReadContact privilege.")
	default:
		o.list(w, r, name)
	}
}

var maxPageSize = regexp.MustCompile(`odata\.maxpagesize=(\d+)`)

// list answers one page. A skip token carries where the page begins and which state of
// the organisation the whole reading is of, so that the delta link at its end loses nothing.
func (o *Organisation) list(w http.ResponseWriter, r *http.Request, name string) {
	q := r.URL.Query()
	track := strings.Contains(r.Header.Get("Prefer"), "odata.track-changes") && o.tracking
	since, until, after := 0, o.version, ""
	if t := q.Get("$deltatoken"); t != "" {
		since, _ = strconv.Atoi(t)
		if since < o.oldest {
			refuse(w, http.StatusGone, "0x80044352", "The delta token has expired.")
			return
		}
	}
	if t := q.Get("$skiptoken"); t != "" {
		p := strings.SplitN(t, "!", 3)
		since, _ = strconv.Atoi(p[0])
		until, _ = strconv.Atoi(p[1])
		after = p[2]
	}
	if track {
		w.Header().Set("Preference-Applied", "odata.track-changes")
	}
	fields := strings.Split(q.Get("$select"), ",")
	if bad := o.unknownField(name, fields); bad != "" {
		refuse(w, http.StatusBadRequest, "0x80060888", "Could not find a property named '"+bad+"'.")
		return
	}
	ids := o.due(name, since, after)
	size := o.pageSize(r, q)
	doc := map[string]any{"@odata.context": o.host + "/api/data/v9.2/$metadata#" + name + "(" + q.Get("$select") + ")",
		"value": o.rows(name, ids[:min(size, len(ids))], fields)}
	back := func(key, token string) string {
		return o.host + r.URL.Path + "?" + url.Values{"$select": {q.Get("$select")}, key: {token}}.Encode()
	}
	switch {
	case len(ids) > size && q.Get("$top") == "":
		doc["@odata.nextLink"] = back("$skiptoken", fmt.Sprintf("%d!%d!%s", since, until, ids[size-1]))
	case track && q.Get("$top") == "":
		doc["@odata.deltaLink"] = back("$deltatoken", strconv.Itoa(until))
	}
	reply(w, http.StatusOK, doc)
}

func (o *Organisation) pageSize(r *http.Request, q url.Values) int {
	size := 5000
	if m := maxPageSize.FindStringSubmatch(r.Header.Get("Prefer")); m != nil {
		size, _ = strconv.Atoi(m[1])
	}
	if top, err := strconv.Atoi(q.Get("$top")); err == nil {
		size = min(size, top)
	}
	return size
}

// unknownField names a column that the organisation does not have.
func (o *Organisation) unknownField(name string, fields []string) string {
	known := []string{"accountid", "accountnumber", "name", "websiteurl", "emailaddress1", "telephone1", "statecode",
		"contactid", "_parentcustomerid_value", "wf_tenantid"}
	for _, f := range fields {
		if !slices.Contains(known, f) && !strings.HasPrefix(f, "address1_") {
			return f
		}
	}
	return ""
}

// due are the records of a page on, in the order of their ids: all that stand, or what
// changed since a version, deletions included.
func (o *Organisation) due(name string, since int, after string) []string {
	var ids []string
	for id, r := range o.sets[name].rows {
		if id > after && (since == 0 && !r.deleted || since > 0 && r.version > since) {
			ids = append(ids, id)
		}
	}
	slices.Sort(ids)
	return ids
}

func (o *Organisation) rows(name string, ids, fields []string) []map[string]any {
	out := []map[string]any{}
	for _, id := range ids {
		r := o.sets[name].rows[id]
		if r.deleted {
			out = append(out, map[string]any{"@odata.context": o.host + "/api/data/v9.2/$metadata#" + name +
				"/$deletedEntity", "id": id, "reason": "deleted"})
			continue
		}
		doc := map[string]any{"@odata.etag": fmt.Sprintf(`W/"%d"`, r.version), o.sets[name].key: id}
		for _, f := range fields {
			doc[f] = r.fields[f]
		}
		out = append(out, doc)
	}
	return out
}
