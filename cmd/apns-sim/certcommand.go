package main

import (
	"context"
	"net/http"
	"strings"
	"time"

	"github.com/apns-sim/apns-sim/internal/controlapi"
)

type certList struct {
	remote
	Team string `env:"-" placeholder:"TEAM" help:"List only the certificates of this team."`
}

// Run lists the certificates.
func (l *certList) Run(ctx context.Context, c *console) error {
	query := map[string][]string{}
	if l.Team != "" {
		query["team"] = []string{l.Team}
	}
	issued, err := listAll[controlapi.Certificate](ctx, &l.remote, "certificates", query)
	if err != nil {
		return err
	}
	return show(c, l.JSON, issued, "SERIAL\tTEAM\tTOPIC\tENVIRONMENTS\tVALID UNTIL\tREVOKED", func(o *controlapi.Certificate) []string {
		return []string{o.Serial, o.Team, o.Topic, strings.Join(o.Environments, ","), o.NotAfter.Local().Format(time.DateOnly), map[bool]string{true: "revoked"}[o.Revoked]}
	})
}

type certRevoke struct {
	remote
	Serial string `arg:"" help:"Serial number, hex."`
}

// Run revokes the certificate.
func (l *certRevoke) Run(ctx context.Context) error {
	return l.call(ctx, http.MethodDelete, "/v1/certificates"+segment(l.Serial), nil, nil, nil)
}
