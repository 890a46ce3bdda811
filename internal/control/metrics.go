package control

import (
	"net/http"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/apns-sim/apns-sim/internal/broker"
)

// Gauges has numbers for metrics, besides those of the journal. They are read when a
// client asks for metrics, so that they cost a push nothing.
type Gauges interface {
	BrokerStats() broker.Stats
	// CountConnections returns how many connections are open.
	CountConnections() (providers, devices int)
	CountSpaces() int
}

// A gauge is a metric that is one number.
type gauge struct {
	desc *prometheus.Desc
	read func(*reading) int
}

// A reading is what one scrape looks at.
type reading struct {
	broker                            broker.Stats
	providers, devices, spaces, rules int
	waiting                           int
}

func newGauge(name, help string, read func(*reading) int) gauge {
	return gauge{prometheus.NewDesc("apns_sim_"+name, help, nil, nil), read}
}

// gauges is the one table of metrics that are one number each.
var gauges = []gauge{
	newGauge("provider_connections", "Open connections of providers.", func(r *reading) int { return r.providers }),
	newGauge("device_connections", "Open connections of devices.", func(r *reading) int { return r.devices }),
	newGauge("devices_inactive", "Connected devices that are not in use.", func(r *reading) int { return r.broker.Inactive }),
	newGauge("queues", "Devices that are connected or have something waiting.", func(r *reading) int { return r.broker.Queues }),
	newGauge("pushes_held", "Pushes that wait for their device, their topic or a better moment.", func(r *reading) int { return r.broker.Held }),
	newGauge("pushes_ready", "Pushes that are sent as soon as the device acknowledges.", func(r *reading) int { return r.broker.Ready }),
	newGauge("pushes_in_flight", "Pushes that were sent and are not acknowledged.", func(r *reading) int { return r.broker.InFlight }),
	newGauge("channels", "Broadcast channels.", func(r *reading) int { return r.broker.Channels }),
	newGauge("subscriptions", "Subscriptions of connected devices to channels.", func(r *reading) int { return r.broker.Subscriptions }),
	newGauge("spaces", "Open spaces.", func(r *reading) int { return r.spaces }),
	newGauge("faults", "Faults in force.", func(r *reading) int { return r.rules }),
	newGauge("waits", "Requests that wait for an event.", func(r *reading) int { return r.waiting }),
}

var eventsDesc = prometheus.NewDesc("apns_sim_events_total",
	"What happened, by kind, as received, accepted, rejected, delivered or dropped, and cause: the reason of a rejection, or why it was stored, dropped or sent again.",
	[]string{"kind", "cause"}, nil)

var faultsDesc = prometheus.NewDesc("apns_sim_fault_hits_total",
	"Number of hits of each active fault, by its name and kind.",
	[]string{"fault", "kind"}, nil)

// A collector reads the simulator for Prometheus.
type collector struct{ Parts }

// Describe implements [prometheus.Collector].
func (c collector) Describe(out chan<- *prometheus.Desc) {
	out <- eventsDesc
	out <- faultsDesc
	for _, g := range gauges {
		out <- g.desc
	}
}

// Collect implements [prometheus.Collector].
func (c collector) Collect(out chan<- prometheus.Metric) {
	for _, n := range c.Journal.Counts() {
		out <- prometheus.MustNewConstMetric(eventsDesc, prometheus.CounterValue, float64(n.Count), n.Kind.String(), n.Cause)
	}
	rules := c.Faults.Rules()
	for i := range rules {
		rule := &rules[i]
		out <- prometheus.MustNewConstMetric(faultsDesc, prometheus.CounterValue, float64(rule.Hits),
			strings.ToValidUTF8(rule.Name, "?"), string(rule.What.Do))
	}
	r := &reading{broker: c.Gauges.BrokerStats(), spaces: c.Gauges.CountSpaces(), rules: len(rules), waiting: c.Journal.Waiting()}
	r.providers, r.devices = c.Gauges.CountConnections()
	for _, g := range gauges {
		out <- prometheus.MustNewConstMetric(g.desc, prometheus.GaugeValue, float64(g.read(r)))
	}
}

func registerMetrics(r *router) {
	registry := prometheus.NewRegistry()
	registry.MustRegister(collector{r.server.Parts}, collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	handler := promhttp.HandlerFor(registry, promhttp.HandlerOpts{})
	r.plain(huma.Operation{
		OperationID: "metrics", Method: http.MethodGet, Path: "/metrics", Tags: []string{"general"},
		Summary:   "Metrics for Prometheus",
		Responses: responses("The metrics as text.", metricsType, text),
	}, func(_ *Server, w http.ResponseWriter, request *http.Request) error {
		noStore(w.Header())
		handler.ServeHTTP(w, request)
		return nil
	})
}

// metricsType is the content type of metrics for clients that request none.
const metricsType = "text/plain; version=0.0.4; charset=utf-8; escaping=underscores"
