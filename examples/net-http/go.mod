module example.com/push

go 1.26.0

require github.com/apns-sim/apns-sim v0.0.0-00010101000000-000000000000

replace github.com/apns-sim/apns-sim => ../..
