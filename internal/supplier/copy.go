package supplier

import (
	"encoding/binary"
	"encoding/hex"
	"io"
	"strconv"
	"strings"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"
	"gorm.io/gorm"

	"seatledger/internal/clock"
	"seatledger/internal/postgres"
)

const copySQL = `COPY supplier_bill_lines (id, bill_id, place, line, customer_external_id, customer, tenant_id,
	subscription_external_id, vendor_subscription_id, order_id, part_number, product, term, billing_frequency, charge,
	usage, from_on, to_on, quantity, unit_price, amount, tax, currency, price_currency, exchange_rate, reference)
	FROM STDIN`

// copiedAtOnce is about how many bytes of lines wait for the database.
const copiedAtOnce = 64 << 10

// copyLines writes the lines that each hands over, in one COPY: they are read while the database writes those before.
// each may not ask the database any more once it has handed over a line.
func copyLines(tx *gorm.DB, bill uuid.UUID, each func(put func(Line) error) error) error {
	read, write := io.Pipe()
	c := copying{to: write, bill: bill.String(), first: uuid.Must(uuid.NewV7())}
	done := make(chan error, 1)
	begun := false
	err := each(func(l Line) error {
		if !begun {
			begun = true
			go func() {
				_, err := postgres.Tx(tx).Conn().PgConn().CopyFrom(tx.Statement.Context, read, copySQL)
				_ = read.CloseWithError(err) // whoever writes on is told why
				done <- err
			}()
		}
		return c.put(&l)
	})
	if !begun {
		return err
	}
	if err == nil {
		err = c.flush()
	}
	_ = write.CloseWithError(err)
	if failed := <-done; err == nil {
		err = failed
	}
	return err
}

// copying writes lines as COPY reads them.
type copying struct {
	to     io.Writer
	bill   string
	first  uuid.UUID // of the lines' ids: the next follows on it
	n      uint64
	letter []byte
}

func (c *copying) put(l *Line) error {
	c.id()
	c.letter = append(append(c.letter, c.bill...), '\t')
	c.letter = append(strconv.AppendInt(c.letter, int64(l.Place), 10), '\t')
	for _, v := range [...]string{l.Line, l.CustomerExternalID, l.Customer, l.TenantID, l.SubscriptionExternalID,
		l.VendorSubscriptionID, l.OrderID, l.PartNumber, l.Product, l.Term, l.BillingFrequency, l.Charge} {
		c.text(v)
	}
	usage := byte('f')
	if l.Usage {
		usage = 't'
	}
	c.letter = append(c.letter, usage, '\t')
	for _, d := range [...]clock.Date{l.FromOn, l.ToOn} {
		if d.IsZero() {
			c.letter = append(c.letter, `\N`...)
		}
		c.letter = append(d.Append(c.letter), '\t')
	}
	c.number(l.Quantity)
	c.number(l.UnitPrice)
	c.number(decimal.NewNullDecimal(l.Amount))
	c.number(l.Tax)
	c.text(l.Currency)
	c.text(l.PriceCurrency)
	c.number(l.ExchangeRate)
	c.text(l.Reference)
	c.letter[len(c.letter)-1] = '\n'
	if len(c.letter) < copiedAtOnce {
		return nil
	}
	return c.flush()
}

// id gives the next line an id. All of a bill follow on its first one, whose middle is random: so they lie side by side
// in the index, and no chance is asked for each.
func (c *copying) id() {
	id := c.first
	const low = 1<<62 - 1 // what is neither version nor variant
	binary.BigEndian.PutUint64(id[8:], (binary.BigEndian.Uint64(id[8:])+c.n)&low|1<<63)
	c.n++
	var text [36]byte
	hex.Encode(text[0:], id[0:4])
	hex.Encode(text[9:], id[4:6])
	hex.Encode(text[14:], id[6:8])
	hex.Encode(text[19:], id[8:10])
	hex.Encode(text[24:], id[10:])
	text[8], text[13], text[18], text[23] = '-', '-', '-', '-'
	c.letter = append(append(c.letter, text[:]...), '\t')
}

func (c *copying) text(v string) {
	if strings.ContainsAny(v, "\\\n\r\t") {
		v = escaped.Replace(v)
	}
	c.letter = append(append(c.letter, v...), '\t')
}

var escaped = strings.NewReplacer(`\`, `\\`, "\n", `\n`, "\r", `\r`, "\t", `\t`)

func (c *copying) number(d decimal.NullDecimal) {
	if d.Valid {
		c.letter = appendNumber(c.letter, d.Decimal)
	} else {
		c.letter = append(c.letter, `\N`...)
	}
	c.letter = append(c.letter, '\t')
}

func (c *copying) flush() error {
	_, err := c.to.Write(c.letter)
	c.letter = c.letter[:0]
	return err
}
