// What HTTP adds to a search: the same queries in the process and through a server, closed loop or
// at a rate. Prints one JSON object. bench/server runs it in turns; docs/benchmarks.md has figures.

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <string>
#include <thread>
#include <vector>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <fmt/format.h>

#include "bench/http_load.h"
#include "data/formats/collection_reader.h"
#include "data/vocabulary.h"
#include "index/collection/store.h"
#include "query/collection/staged_search.h"

namespace temblor {
namespace {

using Clock = std::chrono::steady_clock;

struct Options {
    std::string data;
    std::string collection = "c";
    std::string vector = "text";
    std::string queries;
    uint32_t limit = 10;
    uint32_t threads = 1;
    double settle = 5;  ///< seconds
    HttpLoad load;
};

template <typename T>
T need(Result<T> result) {
    if (!result.is_ok()) {
        fmt::print(stderr, "bench_server: {}\n", result.status().to_string());
        std::exit(1);
    }
    return std::move(result).value();
}

void print(const std::string& what, const HttpLoadResult& r) {
    const auto& us = r.microseconds;
    fmt::print(
        R"({{"what":"{}","qps":{:.0f},"ok":{},"shed":{},"other":{},"lost":{},"p50_us":{:.1f},"p90_us":{:.1f},"p99_us":{:.1f},"p999_us":{:.1f},"max_us":{:.1f}}})"
        "\n",
        what, static_cast<double>(r.ok) / r.seconds, r.ok, r.shed, r.other, r.lost,
        quantile(us, 0.5), quantile(us, 0.9), quantile(us, 0.99), quantile(us, 0.999),
        us.empty() ? 0 : us.back());
}

/// Every thread searches until the time is over.
void run_in_process(const Options& options, const SparseDataset& queries) {
    const auto store = need(Store::open(options.data, {}));
    const auto collection = need(store->collection(options.collection));
    std::this_thread::sleep_for(std::chrono::duration<double>(options.settle));
    std::vector<HttpLoadResult> parts(options.threads);
    const auto begin = Clock::now();
    const auto work = [&](uint32_t number) {
        CollectionScratch scratch;
        CollectionResult found;
        HttpLoadResult& part = parts[number];
        for (uint64_t i = number;; i += options.threads) {
            const auto from = Clock::now();
            if (std::chrono::duration<double>(from - begin).count() >= options.load.seconds) return;
            const SparseVectorView view = queries.row(i % queries.rows());
            SearchStage stage;
            SparseVector query;
            query.components.assign(view.components.begin(), view.components.end());
            query.values.assign(view.values.begin(), view.values.end());
            stage.what = NearestStage{options.vector, std::move(query)};
            stage.limit = options.limit;
            const Status status = search_stages(*collection->version(), stage, scratch, found);
            if (!status.is_ok()) {
                fmt::print(stderr, "bench_server: {}\n", status.to_string());
                std::exit(1);
            }
            part.microseconds.push_back(
                std::chrono::duration<double, std::micro>(Clock::now() - from).count());
            ++part.ok;
        }
    };
    std::vector<std::thread> threads;
    for (uint32_t t = 0; t < options.threads; ++t) threads.emplace_back(work, t);
    for (std::thread& thread : threads) thread.join();
    HttpLoadResult all;
    all.seconds = std::chrono::duration<double>(Clock::now() - begin).count();
    for (const HttpLoadResult& part : parts) {
        all.ok += part.ok;
        all.microseconds.insert(all.microseconds.end(), part.microseconds.begin(),
                                part.microseconds.end());
    }
    std::sort(all.microseconds.begin(), all.microseconds.end());
    print(fmt::format("in the process, {} threads", options.threads), all);
}

std::vector<std::string> make_requests(const Options& options, const SparseDataset& queries) {
    std::vector<std::string> requests;
    for (uint64_t q = 0; q < queries.rows(); ++q) {
        const SparseVectorView row = queries.row(q);
        const std::string body =
            fmt::format(R"({{"query":{{"indices":[{}],"values":[{}]}},"using":"{}","limit":{}}})",
                        fmt::join(row.components, ","), fmt::join(row.values, ","), options.vector,
                        options.limit);
        requests.push_back(
            fmt::format("POST /collections/{}/points/query HTTP/1.1\r\nHost: 127.0.0.1\r\n"
                        "Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{}",
                        options.collection, body.size(), body));
    }
    return requests;
}

void run(const Options& options) {
    const SparseDataset queries =
        need(read_queries(options.queries, {}, {}, Vocabulary(), nullptr, no_progress())).vectors;
    if (options.load.port == 0) {
        run_in_process(options, queries);
        return;
    }
    const HttpLoad& load = options.load;
    const std::string how =
        load.rate > 0 ? fmt::format("{:.0f} a second over", load.rate) : "HTTP,";
    print(fmt::format("{} {} connections", how, load.connections),
          run_http_load(load, make_requests(options, queries)));
}

}  // namespace
}  // namespace temblor

int main(int argc, char** argv) {
    temblor::Options options;
    CLI::App app("Searches in the process (--data) or through a server (--port)");
    app.add_option("--data", options.data, "Folder of collections, searched in the process");
    app.add_option("--port", options.load.port, "A server on 127.0.0.1");
    app.add_option("--collection", options.collection);
    app.add_option("--vector", options.vector, "Name of the sparse vector");
    app.add_option("--queries", options.queries)->required();
    app.add_option("--limit", options.limit);
    app.add_option("--threads", options.threads, "In the process");
    app.add_option(
        "--settle", options.settle,
        "In the process: seconds from opening to the first search; segments are verified "
        "in the background meanwhile");
    app.add_option("--connections", options.load.connections);
    app.add_option("--seconds", options.load.seconds);
    app.add_option("--rate", options.load.rate, "Requests a second; 0: closed loop");
    app.add_flag("--even", options.load.even,
                 "With a rate: equal gaps, not those of a Poisson process");
    app.add_flag("--poll", options.load.poll, "A client that looks for answers without sleeping");
    CLI11_PARSE(app, argc, argv);
    temblor::run(options);
    return 0;
}
