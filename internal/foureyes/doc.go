// Package foureyes lets a second person grant what one alone may not do: bulk retiring, price changes and credits over
// an amount, unusual billing runs. A room asks Pass in the transaction of the deed; it lets through what needs nobody,
// and what was granted as it is now, once. It knows no room and no page: what is asked is told to it.
package foureyes
