//go:build linux

package embedded

import (
	"maps"
	"slices"
)

// settings are what the server is started with. They stand on the command
// line and not in postgresql.conf, so that a new release can change them.
func (o Options) settings() map[string]string {
	s := map[string]string{
		"listen_addresses":         "",
		"unix_socket_directories":  childDir,
		"unix_socket_permissions":  "0700",
		"port":                     port,
		"cluster_name":             "seatledger",
		"max_connections":          "60",
		"shared_buffers":           "128MB",
		"fsync":                    "on",
		"jit":                      "off", // costs more than it gives on short queries
		"timezone":                 "UTC",
		"log_timezone":             "UTC",
		"lc_messages":              "C", // the log is read by log.go
		"log_destination":          "stderr",
		"logging_collector":        "off",
		"log_line_prefix":          "",
		"log_checkpoints":          "off",
		"log_min_error_statement":  "panic", // a statement may carry what a log must not
		"log_error_verbosity":      "default",
		"ssl":                      "off",
		"password_encryption":      "scram-sha-256",
		"shared_preload_libraries": "",
	}
	maps.Copy(s, o.Settings)
	return s
}

// arguments writes settings as command line arguments, in a stable order.
func arguments(settings map[string]string) []string {
	args := make([]string, 0, 2*len(settings))
	for _, name := range slices.Sorted(maps.Keys(settings)) {
		args = append(args, "-c", name+"="+settings[name])
	}
	return args
}
