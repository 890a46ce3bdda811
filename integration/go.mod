module github.com/apns-sim/apns-sim/integration

go 1.26.0

require (
	github.com/apns-sim/apns-sim v0.0.0-00010101000000-000000000000
	github.com/golang-jwt/jwt/v5 v5.3.1
	github.com/sideshow/apns2 v0.25.0
	github.com/stretchr/testify v1.12.1
	golang.org/x/net v0.62.0
	golang.org/x/sys v0.50.0
)

require (
	github.com/golang-jwt/jwt/v4 v4.4.1 // indirect
	go.yaml.in/yaml/v3 v3.0.5 // indirect
	golang.org/x/crypto v0.58.0 // indirect
	golang.org/x/text v0.43.0 // indirect
)

replace github.com/apns-sim/apns-sim => ../
