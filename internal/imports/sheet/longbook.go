package sheet

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"

	"seatledger/internal/errs"
)

// A long workbook is read by the same process of its own, which hands its rows over one by one, so that neither holds
// them all. Its answer is lines: what the workbook is, its rows, and that it has ended, or why it is refused.

const (
	lineHead    = 'H'
	lineRow     = 'R'
	lineEnd     = 'E'
	lineRefused = 'X'
)

// TakeWorkbook reads a workbook of any length through: one worksheet, the first that holds something if none is
// named.
// Of its rows it keeps those that TakeLong would. What cannot be read is errs.Invalid at "file".
func TakeWorkbook(ctx context.Context, content []byte, worksheet string, tells Tells) (Sheet, error) {
	if len(content) > MaxLongBytes {
		return Sheet{}, Unreadable(fmt.Sprintf("The file is larger than %d MB. Split it and upload the parts.",
			MaxLongBytes>>20))
	}
	if len(worksheet) > longestName {
		return Sheet{}, Unreadable("The workbook has no sheet of this name.")
	}
	var rows []Row
	var told []uint16
	n := 0
	s, err := eachOfWorkbook(ctx, content, worksheet, func(s Sheet, r Row) error {
		if told == nil {
			told = make([]uint16, len(s.Head))
		}
		n++
		if tellsMore(told, r.letters(), tells) || len(rows) < firstRows {
			rows = append(rows, r)
		}
		return nil
	})
	s.Rows, s.Long, s.Whole = rows, true, n
	return s, err
}

// letters are the cells, those blank that are no letters: how a number or a date is written they do not tell.
func (r Row) letters() []string {
	if len(r.Typed) == 0 {
		return r.Cells
	}
	out := slices.Clone(r.Cells)
	for _, i := range r.Typed {
		out[i] = ""
	}
	return out
}

// eachOfWorkbook hands over the rows that are neither blank nor the header once more.
func eachOfWorkbook(ctx context.Context, content []byte, worksheet string, do func(Sheet, Row) error) (s Sheet,
	err error) {
	if !willing.Load() {
		return s, notStarted(errors.New("this program does not call sheet.BecomeReader"))
	}
	done, err := turn(ctx)
	if err != nil {
		return s, err
	}
	defer done()
	program, err := self()
	if err != nil {
		return s, notStarted(err)
	}
	ctx, cancel := context.WithTimeout(ctx, longFile.deadline)
	defer cancel()
	complaint := &bounded{most: 4 << 10}
	cmd := reading(ctx, program, question(worksheet, true), content)
	cmd.Stderr = complaint
	out, err := cmd.StdoutPipe()
	if err != nil {
		return s, notStarted(err)
	}
	if err := cmd.Start(); err != nil {
		return s, notStarted(err)
	}
	s, ended, err := listen(bufio.NewReaderSize(out, 64<<10), do)
	if err != nil || !ended {
		cancelled := ctx.Err()
		cancel()
		waited := cmd.Wait()
		if err == nil && cancelled == nil && waited != nil {
			err = unfinished(context.WithoutCancel(ctx), fmt.Errorf("%w: %s", waited, complaint.Bytes()))
		}
		if err == nil {
			err = unfinished(ctx, errors.New("the reader of files gave no answer"))
		}
		return s, err
	}
	if err := cmd.Wait(); err != nil {
		return s, unfinished(ctx, fmt.Errorf("%w: %s", err, complaint.Bytes()))
	}
	return s, nil
}

// listen takes the answer. ended: it was whole.
func listen(in *bufio.Reader, do func(Sheet, Row) error) (s Sheet, ended bool, err error) {
	head := rows{}
	for {
		line, err := lineOf(in)
		if errors.Is(err, io.EOF) {
			return s, false, nil
		}
		if err != nil {
			return s, false, err
		}
		switch line[0] {
		case lineHead:
			err = json.Unmarshal(line[1:], &s)
			head.head = s.Head
		case lineRow:
			var r Row
			if err = json.Unmarshal(line[1:], &r); err == nil && !head.isHead(r.Cells) {
				err = do(s, r)
			}
		case lineRefused:
			return s, false, Unreadable(string(line[1:]))
		case lineEnd:
			return s, true, nil
		default:
			err = errors.New("the reader of files said what nobody asked")
		}
		if err != nil {
			return s, false, err
		}
	}
}

// longestLine bounds a line of the answer: a row of letters that JSON writes with six signs each.
const longestLine = 8 << 20

func lineOf(in *bufio.Reader) ([]byte, error) {
	var whole []byte
	for {
		part, err := in.ReadSlice('\n')
		if err == nil && whole == nil && len(part) > 1 {
			return part[:len(part)-1], nil
		}
		if whole = append(whole, part...); len(whole) > longestLine {
			return nil, errors.New("the reader of files wrote a line without end")
		}
		switch {
		case err == nil && len(whole) > 1:
			return whole[:len(whole)-1], nil
		case errors.Is(err, bufio.ErrBufferFull):
			continue
		case err == nil:
			return nil, errors.New("the reader of files wrote an empty line")
		}
		return nil, io.EOF
	}
}

// tellRows is the other side: the rows of a workbook as lines, one after the other.
func tellRows(to io.Writer, content []byte, worksheet string) error {
	out := bufio.NewWriterSize(to, 64<<10)
	err := tellSafely(out, content, worksheet)
	if why := errs.FieldsOf(err)["file"]; why != "" {
		err = tell(out, lineRefused, bytes.ReplaceAll([]byte(why), []byte("\n"), []byte(" ")))
	} else if err == nil {
		err = tell(out, lineEnd, nil)
	}
	return errors.Join(err, out.Flush())
}

func tell(out *bufio.Writer, kind byte, what []byte) error {
	_ = out.WriteByte(kind) // the writer keeps its fault
	_, _ = out.Write(what)
	return out.WriteByte('\n')
}

func tellSafely(out *bufio.Writer, content []byte, worksheet string) (err error) {
	defer func() {
		if recover() != nil {
			err = brokenWorkbook()
		}
	}()
	if len(content) > MaxLongBytes || !isWorkbook(content) {
		return brokenWorkbook()
	}
	s, b, w, err := chooseSheet(content, worksheet, longBook)
	if err != nil {
		return err
	}
	count := 0
	err = b.readRows(w, func(r Row) error {
		if Blank(r.Cells) {
			return nil
		}
		for _, c := range r.Cells {
			if len(c) > maxCell {
				return hugeCell(r.Line)
			}
		}
		if s.Head == nil {
			if len(r.Cells) > maxColumns {
				return tooWide(len(r.Cells))
			}
			s.Head = slices.Clone(r.Cells)
			return write(out, lineHead, s)
		}
		if count++; count > MaxLongLines {
			return Unreadable(fmt.Sprintf("The file has more than %d lines. Split it and upload the parts.",
				MaxLongLines))
		}
		return write(out, lineRow, filledUp(r, len(s.Head)))
	})
	return err
}

func write(out *bufio.Writer, kind byte, what any) error {
	doc, err := json.Marshal(what)
	if err != nil {
		return err
	}
	return tell(out, kind, doc)
}
