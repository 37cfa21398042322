package sheet

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime/debug"
	"slices"
	"strings"
	"sync/atomic"

	"seatledger/internal/errs"
)

// Verb starts the program as the reader of one file: worksheet and file come on
// standard input, the rows or the reason of a refusal go to standard output. It is no
// verb for people, so the program's help does not name it.
const Verb = "read-file"

// The first byte of an answer.
const (
	answerRows    = 'S'
	answerRefused = 'R'
)

// willing is set in a process that would become the reader if it were started again with Verb.
var willing atomic.Bool

// BecomeReader must be called at the very beginning of a program that reads files, a
// test binary too. Started with Verb it reads one file and ends; else it returns at
// once. A program that does not call it cannot read files: Open says so.
func BecomeReader() {
	if len(os.Args) == 2 && os.Args[1] == Verb {
		if err := serve(os.Stdin, os.Stdout); err != nil {
			fmt.Fprintln(os.Stderr, "reading a file:", err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	willing.Store(true)
}

func serve(in io.Reader, out io.Writer) error {
	if slices.ContainsFunc(os.Environ(), func(s string) bool { return strings.HasPrefix(s, "SEATLEDGER_") }) {
		return errors.New("the reader of files was started with settings of the app")
	}
	var long [1]byte
	if _, err := io.ReadFull(in, long[:]); err != nil {
		return err
	}
	most := oneFile
	if long[0] != 0 {
		most = longFile
	}
	if err := limitSelf(most.processor); err != nil {
		return err
	}
	debug.SetMemoryLimit(softMemory)
	worksheet, content, err := readQuestion(in, most.bytes)
	if err != nil {
		return err
	}
	if long[0] != 0 {
		return tellRows(out, content, worksheet)
	}
	s, err := parseSafely(content, worksheet)
	if why := errs.FieldsOf(err)["file"]; why != "" {
		_, err := out.Write(append([]byte{answerRefused}, why...))
		return err
	}
	if err != nil {
		return err
	}
	doc, err := json.Marshal(s)
	if err != nil {
		return err
	}
	_, err = out.Write(append([]byte{answerRows}, doc...))
	return err
}

// parseSafely: a file may be made to break its reader; that is the file's fault, not ours.
func parseSafely(content []byte, worksheet string) (s Sheet, err error) {
	defer func() {
		if recover() != nil {
			s, err = Sheet{}, brokenWorkbook()
		}
	}()
	return Parse(content, worksheet)
}

const longestName = 1000 // bytes of a worksheet's name; a spreadsheet allows 31 characters

func question(worksheet string, long bool) []byte {
	first := []byte{0}
	if long {
		first[0] = 1
	}
	return append(binary.BigEndian.AppendUint32(first, uint32(len(worksheet))), worksheet...)
}

func readQuestion(in io.Reader, most int64) (string, []byte, error) {
	var n uint32
	if err := binary.Read(in, binary.BigEndian, &n); err != nil {
		return "", nil, err
	}
	if n > longestName {
		return "", nil, errors.New("the name of the worksheet is too long")
	}
	name := make([]byte, n)
	if _, err := io.ReadFull(in, name); err != nil {
		return "", nil, err
	}
	content, err := io.ReadAll(io.LimitReader(in, most+1))
	return string(name), content, err
}
