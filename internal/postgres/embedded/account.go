//go:build linux

package embedded

import (
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"os/user"
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
	info, err := os.Stat(o.Dir)
	clusterExists := err == nil && hasCluster(o.Dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return account{}, err
	}
	switch {
	case os.Geteuid() != 0:
		return o.ownAccount(info, clusterExists)
	case clusterExists:
		return o.ownerAccount(info)
	default:
		return unprivileged()
	}
}

func (o Options) ownAccount(info fs.FileInfo, clusterExists bool) (account, error) {
	me := account{uid: os.Geteuid(), gid: os.Getegid()}
	me.name = userName(me.uid)
	if clusterExists && owner(info).uid != me.uid {
		return account{}, errs.Newf(errs.Unavailable,
			"The data folder %s belongs to the user %s, but Seatledger runs as %s. Start it as %s or as root; nothing was changed.",
			o.Dir, owner(info).name, me.name, owner(info).name)
	}
	return me, nil
}

func (o Options) ownerAccount(info fs.FileInfo) (account, error) {
	a := owner(info)
	if a.uid == 0 {
		return account{}, errs.Newf(errs.Unavailable,
			"The data folder %s belongs to root, and PostgreSQL does not run as root. Give it to a user of its own, for example: chown -R postgres '%s'.", o.Dir, o.Dir)
	}
	a.drop = true
	return a, nil
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
		"PostgreSQL does not run as root, and this system has neither a user postgres nor nobody. Add one, or start Seatledger as an ordinary user.")
}

func owner(info fs.FileInfo) account {
	st, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return account{}
	}
	return account{name: userName(int(st.Uid)), uid: int(st.Uid), gid: int(st.Gid)}
}

func userName(uid int) string {
	if u, err := user.LookupId(strconv.Itoa(uid)); err == nil {
		return u.Username
	}
	return strconv.Itoa(uid)
}
