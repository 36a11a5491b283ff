package main

import (
	"context"
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"khaibao/core/store"
)

// metrics are counted by kind and channel only: no person, phone or code is
// ever a label.
type metrics struct {
	registry *prometheus.Registry
	messages *prometheus.CounterVec
	outbox   *prometheus.CounterVec
	hooks    *prometheus.CounterVec
	answers  *prometheus.CounterVec
	sent     *prometheus.CounterVec
	segments *prometheus.CounterVec
	cost     *prometheus.CounterVec
	take     prometheus.Histogram
	pumping  prometheus.Gauge
	watched  *prometheus.CounterVec
	openReds prometheus.Gauge
	worked   *prometheus.GaugeVec
	workTime *prometheus.GaugeVec
	failed   *prometheus.CounterVec
	policy   *prometheus.CounterVec
	jobs     *prometheus.CounterVec
}

func newMetrics() *metrics {
	m := &metrics{
		registry: prometheus.NewRegistry(),
		messages: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "khaibao_messages_total",
			Help: "What became of messages that came in, and of what they asked for."}, []string{"event", "channel"}),
		outbox: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "khaibao_outbox_total",
			Help: "What became of messages going out."}, []string{"event", "channel"}),
		hooks: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "khaibao_deliveries_total",
			Help: "What became of deliveries by the networks, bad ones included."}, []string{"outcome", "channel"}),
		answers: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "khaibao_answers_total",
			Help: "What was answered at each door, by route and HTTP status."}, []string{"route", "status"}),
		sent: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "khaibao_sent_total",
			Help: "Messages that a network took, by the way they went."}, []string{"channel", "way"}),
		segments: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "khaibao_sms_segments_total",
			Help: "SMS segments of those messages, as expected when they were sent."}, []string{"channel", "way"}),
		cost: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "khaibao_cost_dong_total",
			Help: "What those messages cost in đồng, by KHAIBAO_PRICES."}, []string{"channel", "way"}),
		take: prometheus.NewHistogram(prometheus.HistogramOpts{Name: "khaibao_take_seconds",
			Help:    "Time from a message at the door to its commit.",
			Buckets: []float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10}}),
		pumping: prometheus.NewGauge(prometheus.GaugeOpts{Name: "khaibao_codes_alarm",
			Help: "1 when most codes of the last hour were never typed: the sign of SMS pumping."}),
		watched: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "khaibao_monitoring_total",
			Help: "What was done by the clock about people who are watched."}, []string{"event"}),
		openReds: prometheus.NewGauge(prometheus.GaugeOpts{Name: "khaibao_reds_open",
			Help: "Red alerts that no officer has taken."}),
		worked: prometheus.NewGaugeVec(prometheus.GaugeOpts{Name: "khaibao_schedule_done_timestamp_seconds",
			Help: "When a scheduled work was last done without an error."}, []string{"work"}),
		workTime: prometheus.NewGaugeVec(prometheus.GaugeOpts{Name: "khaibao_schedule_seconds",
			Help: "How long a scheduled work took the last time."}, []string{"work"}),
		failed: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "khaibao_schedule_failures_total",
			Help: "Scheduled works that ended with an error; each is tried again at its next time."}, []string{"work"}),
		policy: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "khaibao_policy_total",
			Help: "Failures to read the rules and areas in force: policy_unread, policy_refused. The node goes on with those it knows."}, []string{"event"}),
		jobs: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "khaibao_jobs_total",
			Help: "What became of jobs: job_done, job_failed for a step that is tried again, job_given_up."}, []string{"event"}),
	}
	m.registry.MustRegister(m.messages, m.outbox, m.hooks, m.answers, m.sent, m.segments, m.cost, m.take, m.pumping,
		m.watched, m.openReds, m.worked, m.workTime, m.failed, m.policy, m.jobs,
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m
}

// watchBacklog adds what waits to be sent by each channel.
func (m *metrics) watchBacklog(s *store.Store, channels []string) {
	m.registry.MustRegister(&backlog{store: s, channels: channels})
}

func (m *metrics) countMessage(event, channel string) {
	m.messages.WithLabelValues(event, channel).Inc()
}
func (m *metrics) countOutbox(event, channel string) { m.outbox.WithLabelValues(event, channel).Inc() }

func (m *metrics) countPolicy(event string) { m.policy.WithLabelValues(event).Inc() }
func (m *metrics) countJob(event string)    { m.jobs.WithLabelValues(event).Inc() }

func (m *metrics) countSpent(channel, way string, segments int, cost int64) {
	m.sent.WithLabelValues(channel, way).Inc()
	m.segments.WithLabelValues(channel, way).Add(float64(segments))
	m.cost.WithLabelValues(channel, way).Add(float64(cost))
}

// countWork keeps how a scheduled work went.
func (m *metrics) countWork(work string, at time.Time, took time.Duration, err error) {
	m.workTime.WithLabelValues(work).Set(took.Seconds())
	if err != nil {
		m.failed.WithLabelValues(work).Inc()
		return
	}
	m.failed.WithLabelValues(work).Add(0)
	m.worked.WithLabelValues(work).Set(float64(at.UnixMilli()) / 1000)
}

// countHook makes the counter of one channel's deliveries.
func (m *metrics) countHook(channel string) func(outcome string) {
	return func(outcome string) { m.hooks.WithLabelValues(outcome, channel).Inc() }
}

func (m *metrics) handler() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{})
}

// backlog asks the store when it is scraped.
type backlog struct {
	store    *store.Store
	channels []string
}

var (
	waitingDesc = prometheus.NewDesc("khaibao_outbox_waiting", "Messages that wait to be sent; counted up to 10000.", []string{"channel"}, nil)
	oldestDesc  = prometheus.NewDesc("khaibao_outbox_oldest_due_seconds", "Age of the oldest due message.", []string{"channel"}, nil)
)

// Describe implements prometheus.Collector.
func (b *backlog) Describe(c chan<- *prometheus.Desc) { c <- waitingDesc; c <- oldestDesc }

// Collect implements prometheus.Collector. While the database is away these
// two are missing, which is itself to be watched for.
func (b *backlog) Collect(c chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
	defer cancel()
	for _, name := range b.channels {
		waiting, oldest, err := b.store.Backlog(ctx, name, time.Now())
		if err != nil {
			return
		}
		c <- prometheus.MustNewConstMetric(waitingDesc, prometheus.GaugeValue, float64(waiting), name)
		c <- prometheus.MustNewConstMetric(oldestDesc, prometheus.GaugeValue, oldest.Seconds(), name)
	}
}
