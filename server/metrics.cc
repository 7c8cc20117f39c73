#include "server/metrics.h"

#include <fstream>
#include <map>
#include <unordered_map>
#include <vector>

#include <boost/beast/http/verb.hpp>
#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>
#include <sys/resource.h>

namespace temblor {
namespace {

using Labels = std::map<std::string, std::string>;
using prometheus::BuildCounter;
using prometheus::BuildGauge;
using prometheus::BuildHistogram;

std::string method_of(const Route& route) {
    return std::string(boost::beast::http::to_string(route.method));
}

double resident_bytes() {
    uint64_t all = 0;
    uint64_t resident = 0;
    std::ifstream file("/proc/self/statm");
    file >> all >> resident;
    return static_cast<double>(resident) * 4096;
}

}  // namespace

struct Metrics::Impl {
    prometheus::Registry registry;
    prometheus::Family<prometheus::Histogram>* seconds = nullptr;
    prometheus::Family<prometheus::Counter>* answers = nullptr;
    std::unordered_map<const Route*, prometheus::Histogram*> by_route;
    std::unordered_map<const Route*, std::vector<prometheus::Counter*>> by_class;
    prometheus::Counter* searches = nullptr;
    prometheus::Counter* lists = nullptr;
    prometheus::Counter* blocks = nullptr;
    prometheus::Counter* blocks_skipped = nullptr;
    prometheus::Counter* documents = nullptr;
    prometheus::Counter* bytes = nullptr;
};

Metrics::Metrics(std::span<const Route> routes) : impl_(std::make_unique<Impl>()) {
    Impl& m = *impl_;
    m.seconds = &BuildHistogram()
                     .Name("temblor_request_seconds")
                     .Help("Time from the end of a request's head to the end of its answer")
                     .Register(m.registry);
    m.answers = &BuildCounter()
                     .Name("temblor_requests_total")
                     .Help("Requests by route and class of status")
                     .Register(m.registry);
    const prometheus::Histogram::BucketBoundaries bounds = {
        .0001, .00025, .0005, .001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 10};
    const auto add = [&](const Route* route, const Labels& labels) {
        m.by_route[route] = &m.seconds->Add(labels, bounds);
        for (const char* status : {"1xx", "2xx", "3xx", "4xx", "5xx"}) {
            Labels with_class = labels;
            with_class["class"] = status;
            m.by_class[route].push_back(&m.answers->Add(with_class));
        }
    };
    for (const Route& route : routes)
        add(&route, {{"method", method_of(route)}, {"route", std::string(route.pattern)}});
    add(nullptr, {{"method", ""}, {"route", ""}});
    const auto counter = [&](const char* name, const char* help) {
        return &BuildCounter().Name(name).Help(help).Register(m.registry).Add({});
    };
    m.searches = counter("temblor_searches_total", "Searches, each of a batch for itself");
    m.lists = counter("temblor_search_lists_total", "Inverted lists that were walked");
    m.blocks = counter("temblor_search_blocks_total", "Blocks that were visited");
    m.blocks_skipped = counter("temblor_search_blocks_skipped_total", "Blocks that were skipped");
    m.documents = counter("temblor_search_documents_total", "Documents that were scored");
    m.bytes = counter("temblor_search_bytes_total", "Bytes of the index that were read");
}

Metrics::~Metrics() = default;

void Metrics::count_request(const Route* route, unsigned status, double seconds) {
    const size_t status_class = std::min<size_t>(std::max<size_t>(status / 100, 1), 5) - 1;
    impl_->by_class.at(route)[status_class]->Increment();
    impl_->by_route.at(route)->Observe(seconds);
}

void Metrics::count_search(const SearchCounters& counters) {
    impl_->searches->Increment();
    impl_->lists->Increment(static_cast<double>(counters.lists));
    impl_->blocks->Increment(static_cast<double>(counters.blocks_visited));
    impl_->blocks_skipped->Increment(static_cast<double>(counters.blocks_skipped));
    impl_->documents->Increment(static_cast<double>(counters.documents_scored));
    impl_->bytes->Increment(static_cast<double>(counters.bytes_touched));
}

std::string Metrics::text(const Store& store, const HttpServer* server) const {
    prometheus::Registry state;
    std::map<std::string, prometheus::Family<prometheus::Gauge>*> families;
    const auto set = [&](const char* name, const char* help, const Labels& labels, uint64_t value) {
        auto& family = families[name];
        if (family == nullptr) family = &BuildGauge().Name(name).Help(help).Register(state);
        family->Add(labels).Set(static_cast<double>(value));
    };
    set("temblor_resident_bytes", "Memory of the process that is in RAM, mapped files too", {},
        static_cast<uint64_t>(resident_bytes()));
    if (server != nullptr) {
        const HttpServerStats stats = server->stats();
        set("temblor_connections", "Open connections", {}, stats.connections);
        set("temblor_connections_turned_away", "Connections over the limit", {}, stats.turned_away);
        set("temblor_requests_running", "Requests that run", {}, stats.running);
        set("temblor_requests_waiting", "Requests that wait for a thread", {}, stats.waiting);
        set("temblor_requests_shed", "Requests answered 503 because of load", {}, stats.shed);
    }
    for (const StoredCollection& stored : store.collections()) {
        const Labels of{{"collection", stored.name}};
        set("temblor_collection_open", "Whether the collection is open", of,
            stored.collection != nullptr ? 1 : 0);
        if (stored.collection == nullptr) continue;
        const CollectionStats stats = stored.collection->stats();
        set("temblor_points", "Points", of, stats.points);
        set("temblor_segments", "Segments", of, stats.segments);
        set("temblor_dead_rows", "Deleted rows that segments still hold", of, stats.dead_rows);
        set("temblor_unindexed_points", "Points whose segment is being rebuilt", of,
            stats.unindexed_points);
        set("temblor_memtable_points", "Points that are in no segment yet", of,
            stats.memtable_points);
        set("temblor_waiting_memtables", "Full memtables that wait for sealing", of,
            stats.waiting_memtables);
        set("temblor_throttled_writes", "Writes that waited for sealing", of,
            stats.throttled_writes);
        set("temblor_refused_writes", "Writes that were refused for want of room", of,
            stats.refused_writes);
        const auto memory = [&](const char* component, uint64_t bytes) {
            Labels labels = of;
            labels["component"] = component;
            set("temblor_memory_bytes", "Memory by component; segments are mapped files", labels,
                bytes);
        };
        memory("memtables", stats.memtable_bytes);
        memory("segments", stats.segment_bytes);
        memory("database_memtables", stats.database_memory.tables);
        memory("database_cache", stats.database_memory.cache);
        memory("database_readers", stats.database_memory.readers);
        set("temblor_database_bytes", "Bytes of the database on disk", of, stats.database_bytes);
    }
    const prometheus::TextSerializer serializer;
    return serializer.Serialize(impl_->registry.Collect()) + serializer.Serialize(state.Collect());
}

}  // namespace temblor
