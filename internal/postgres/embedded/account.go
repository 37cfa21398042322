//go:build linux

package embedded

import (
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"syscall"

	"seatledger/internal/errs"
)

// account is the system user that the server runs as. PostgreSQL refuses root.
type account struct {
	name     string
	uid, gid int
	drop     bool // the app is root and gives its rights up for the server
}

// apply lets a command run as the account, and nowhere in particular: the
// working folder of the app may be closed to that user.
func (a account) apply(cmd *exec.Cmd) {
	cmd.Dir = "/"
	if cmd.SysProcAttr == nil {
		cmd.SysProcAttr = &syscall.SysProcAttr{}
	}
	if a.drop {
		cmd.SysProcAttr.Credential = &syscall.Credential{Uid: uint32(a.uid), Gid: uint32(a.gid)}
	}
}

// account decides who runs the server: the app's own user, or for root the
// owner of the cluster, and before there is one `postgres` or `nobody`.
func (o Options) account() (account, error) {
	if uid := os.Geteuid(); uid != 0 {
		return account{name: userName(uid), uid: uid, gid: os.Getegid()}, nil
	}
	if a, ok := o.owner(); ok && a.uid != 0 {
		a.drop = true
		return a, nil
	}
	return unprivileged()
}

// owner is the user that the cluster belongs to, if there is a cluster.
func (o Options) owner() (account, bool) {
	if _, err := os.Lstat(filepath.Join(o.Dir, "PG_VERSION")); err != nil {
		return account{}, false
	}
	info, err := os.Stat(o.Dir)
	if err != nil {
		return account{}, false
	}
	st, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return account{}, false
	}
	return account{name: userName(int(st.Uid)), uid: int(st.Uid), gid: int(st.Gid)}, true
}

// checkOwner refuses a cluster that PostgreSQL would refuse, in words that help.
func (o Options) checkOwner(as account) error {
	a, ok := o.owner()
	switch {
	case !ok || a.uid == as.uid:
		return nil
	case a.uid == 0:
		return errs.Newf(errs.Unavailable,
			"The data folder %s belongs to root, and PostgreSQL does not run as root. Nothing was changed. "+
				"Give it to another user, for example: chown -R %s '%s'.",
			o.Dir, as.name, o.Dir)
	default:
		return errs.Newf(errs.Unavailable,
			"The data folder %s belongs to the user %s, but Seatledger runs as %s. Nothing was changed. "+
				"Start it as %s or as root.",
			o.Dir, a.name, as.name, a.name)
	}
}

func unprivileged() (account, error) {
	for _, name := range []string{"postgres", "nobody"} {
		u, err := user.Lookup(name)
		if err != nil {
			continue
		}
		uid, uidErr := strconv.Atoi(u.Uid)
		gid, gidErr := strconv.Atoi(u.Gid)
		if uidErr == nil && gidErr == nil {
			return account{name: name, uid: uid, gid: gid, drop: true}, nil
		}
	}
	return account{}, errs.New(errs.Unavailable,
		"PostgreSQL does not run as root, and this system has neither a user postgres nor nobody. "+
			"Add one, or start Seatledger as an ordinary user.")
}

func userName(uid int) string {
	if u, err := user.LookupId(strconv.Itoa(uid)); err == nil {
		return u.Username
	}
	return strconv.Itoa(uid)
}
