module seatledger/internal/tools/idp

go 1.26.0
