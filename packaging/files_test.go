package packaging_test

import (
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"

	"seatledger/internal/config"
	"seatledger/internal/testkit/pgtest"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

func read(t *testing.T, name string) string {
	t.Helper()
	b, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// TestEverySettingInTheFilesIsOneOfTheProgram asks the program's own reading for each name.
func TestEverySettingInTheFilesIsOneOfTheProgram(t *testing.T) {
	t.Parallel()
	outside := []string{"SEATLEDGER_IMAGE", "SEATLEDGER_SITE"} // of the compose file alone
	for _, file := range []string{"seatledger.env", "seatledger.service", "compose/compose.yaml"} {
		names := regexp.MustCompile(`SEATLEDGER_[A-Z_]+`).FindAllString(read(t, file), -1)
		if len(names) == 0 {
			t.Errorf("%s sets nothing", file)
		}
		for _, name := range names {
			told := config.Tell(func(asked string) string {
				if asked == name {
					return "x"
				}
				return ""
			})
			if len(told) != 1 && !strings.Contains(strings.Join(outside, " "), name) {
				t.Errorf("%s sets %s, which the program does not know", file, name)
			}
		}
	}
}

func TestTheScriptsAreShell(t *testing.T) {
	t.Parallel()
	for _, script := range []string{"deb/postinst", "deb/prerm", "deb/postrm", "compose/roles.sh", "compose/secrets.sh"} {
		if out, err := exec.Command("sh", "-n", script).CombinedOutput(); err != nil {
			t.Errorf("%s: %v\n%s", script, err, out)
		}
	}
}

// TestTheSecretsOfComposeAreMadeOnce runs the script twice, with a stand-in for the program that makes keys.
func TestTheSecretsOfComposeAreMadeOnce(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	for name, text := range map[string]string{"secrets.sh": read(t, "compose/secrets.sh"),
		"seatledger": "#!/bin/sh\n[ \"$1 $2\" = 'keys new' ] && echo key > \"$3\"\n"} {
		if err := os.WriteFile(folder+"/"+name, []byte(text), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	made := func() map[string]string {
		cmd := exec.Command("sh", folder+"/secrets.sh")
		cmd.Env = []string{"PATH=" + folder + ":" + os.Getenv("PATH")}
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
		all := map[string]string{}
		for _, name := range []string{"superuser", "owner", "app", "owner_url", "app_url", "master_key"} {
			all[name] = read(t, folder+"/secrets/"+name)
		}
		return all
	}
	first := made()
	if !strings.Contains(first["app_url"], "seatledger_app:"+first["app"]+"@database") || len(first["owner"]) != 48 {
		t.Errorf("made: %v", first)
	}
	for name, value := range made() {
		if first[name] != value {
			t.Errorf("%s was made anew", name)
		}
	}
}

// TestTheRolesOfComposeAreThoseOfTheREADME keeps the two from parting.
func TestTheRolesOfComposeAreThoseOfTheREADME(t *testing.T) {
	t.Parallel()
	script, readme := read(t, "compose/roles.sh"), read(t, "../README.md")
	for _, line := range strings.Split(script, "\n") {
		if strings.HasSuffix(line, ";") && !strings.Contains(line, "PASSWORD") && !strings.Contains(readme, line) {
			t.Errorf("the README does not say: %s", line)
		}
	}
}
