#pragma once

#include <atomic>
#include <chrono>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "index/collection/store.h"
#include "query/collection/collection_search.h"
#include "server/access_keys.h"
#include "server/access_log.h"
#include "server/encoders.h"
#include "server/http/http_server.h"
#include "server/http/router.h"
#include "server/limits.h"
#include "server/metrics.h"
#include "server/slow_queries.h"
#include "server/tasks.h"

namespace temblor {

/// What the handlers of all routes share. Thread-safe.
class Service final : public HttpApplication {
public:
    struct Options {
        std::string data_folder;
        AccessKeys keys;
        ServerLimits limits;
        std::chrono::milliseconds slow_query{1'000};  ///< longer ones are logged
        std::string version;
    };
    /// `store` and `log` outlive it.
    Service(Store& store, AccessLog& log, Options options);

    std::optional<HttpResponse> admit(const HttpHead& head, RouteMatch& match) override;
    /// Searches and the routes of models that name one that was configured wait for it elsewhere.
    Lane lane_of(const Route& route, const HttpRequest& request) override;
    HttpResponse handle(const Route& route, HttpRequest& request) override;
    HttpResponse refuse(ErrorShape shape, unsigned status, const std::string& detail) override;
    void finished(const HttpHead& head, const Route* route, unsigned status, uint64_t body_bytes,
                  uint64_t answer_bytes, double seconds) override;

    [[nodiscard]] Store& store() { return store_; }
    [[nodiscard]] const ServerLimits& limits() const { return options_.limits; }
    [[nodiscard]] const Options& options() const { return options_; }
    [[nodiscard]] Metrics& metrics() { return metrics_; }
    /// To be filled before the server listens.
    [[nodiscard]] Encoders& encoders() { return encoders_; }
    [[nodiscard]] Tasks& tasks() { return tasks_; }
    [[nodiscard]] const SlowQueries& slow_queries() const { return slow_queries_; }
    /// A search that `request` made, for the metrics and the list of slow ones.
    void count_search(HttpRequest& request, const SearchCounters& counters);
    /// Not ready any more; tasks of the background end soon, those of requests within the time for
    /// draining.
    void prepare_to_stop();
    [[nodiscard]] const Router& router() const { return router_; }
    [[nodiscard]] std::chrono::steady_clock::time_point started() const { return started_; }
    /// Whether all collections are open and the server is not about to stop.
    [[nodiscard]] bool is_ready() const { return ready_; }
    /// Null until the server listens.
    void watch(const HttpServer* server) { server_ = server; }
    [[nodiscard]] const HttpServer* server() const { return server_; }

    /// Memory of a search, lent for a request.
    class Scratch {
    public:
        explicit Scratch(Service& service) : service_(service), scratch_(service.take_scratch()) {}
        ~Scratch() { service_.give_scratch(std::move(scratch_)); }
        Scratch(const Scratch&) = delete;
        Scratch& operator=(const Scratch&) = delete;
        CollectionScratch& operator*() { return *scratch_; }

    private:
        Service& service_;
        std::unique_ptr<CollectionScratch> scratch_;
    };

private:
    std::unique_ptr<CollectionScratch> take_scratch();
    void give_scratch(std::unique_ptr<CollectionScratch> scratch);

    Store& store_;
    AccessLog& log_;
    const Options options_;
    const Router router_;
    Metrics metrics_;
    Encoders encoders_;
    SlowQueries slow_queries_;
    const std::chrono::steady_clock::time_point started_;
    std::atomic<bool> ready_{true};
    std::atomic<const HttpServer*> server_{nullptr};
    std::mutex mutex_;
    std::vector<std::unique_ptr<CollectionScratch>> scratches_;  ///< guarded by mutex_
    Tasks tasks_;                                                ///< ends first
};

}  // namespace temblor
